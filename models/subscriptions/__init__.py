"""Subscriptions of customers: what they bought, until when it lasts, what may be changed."""
