"""Delegated-admin relationships: the list and the form."""
