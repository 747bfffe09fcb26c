"""Errors, time, text, paths and own files; this room imports no other room but languages."""
