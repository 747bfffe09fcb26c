"""Dialogs and forms used by several rooms."""
