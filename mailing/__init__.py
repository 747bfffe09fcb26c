"""Sending letters by SMTP; only the app and the command line use it."""
