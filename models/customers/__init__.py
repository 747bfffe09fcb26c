"""Customers: entities, list, page, and the plans that add and change them."""
