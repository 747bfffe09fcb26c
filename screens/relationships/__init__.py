"""The relationship manager: its tabs, and the end of a relationship."""
