"""Invitations: the list, one of them, and the form."""
