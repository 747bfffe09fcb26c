"""Signing in to the accounts that are connected to Partner Center."""
