"""Reads the customers of an account from Partner Center into the book (`models.syncing`)."""
