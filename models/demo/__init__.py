"""Fills the demo book with invented customers and relationships."""
