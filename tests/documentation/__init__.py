"""Writes those pages of `docs/` that follow from the code: `make docs`. A test compares them."""
