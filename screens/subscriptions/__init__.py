"""Screens of the subscriptions of all customers."""
