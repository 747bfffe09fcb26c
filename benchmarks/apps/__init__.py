"""Small Textual apps for comparison, each run as a module."""
