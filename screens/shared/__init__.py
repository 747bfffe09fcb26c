"""Dialogs and forms that several rooms use."""
