"""Customers: the list, the page of a customer, the forms, the drafts."""
