"""Invitations: the list, the page of an invitation, the forms."""
