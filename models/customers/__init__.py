"""Customers: their record, list, page, and the plans that change them."""
