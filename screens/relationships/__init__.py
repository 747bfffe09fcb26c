"""The relationship manager: its tabs, and ending a relationship."""
