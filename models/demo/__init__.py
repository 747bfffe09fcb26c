"""The demo book."""
