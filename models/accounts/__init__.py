"""The partner's own accounts in the clouds."""
