"""Invitations, partners, delegated admin and endings: records, lists and plans."""
