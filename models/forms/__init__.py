"""What a form asks, whatever record it is about."""
