"""Indirect providers and resellers: the list, the form, and setting the reseller of customers."""
