"""Invitations, partners, delegated admin and endings: entities, lists and plans."""
