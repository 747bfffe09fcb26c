"""Customers: the list, a customer's page, its forms and drafts."""
