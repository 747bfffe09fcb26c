"""The start page: resources and their guides."""
