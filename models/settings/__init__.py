"""The settings and where they come from, the clouds, and where the book is."""
