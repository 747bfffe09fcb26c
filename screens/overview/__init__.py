"""The overview: the book as charts."""
