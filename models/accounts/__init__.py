"""The partner's own accounts, one or more in each cloud."""
