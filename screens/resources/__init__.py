"""The start: resources and their guides."""
