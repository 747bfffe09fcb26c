"""The screen of what waits for a person."""
