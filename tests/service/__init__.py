"""Tests against other programs' servers."""
