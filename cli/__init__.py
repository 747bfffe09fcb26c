"""The same work without a screen: one command a file, JSON out."""
