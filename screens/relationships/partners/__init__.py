"""Indirect providers and resellers: the list, the form, the reseller of customers."""
