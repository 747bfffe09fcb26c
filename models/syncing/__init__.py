"""Writes what Partner Center says about customers into the book."""
