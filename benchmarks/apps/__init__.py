"""What Textual itself costs: small apps of the usual kind, each run as a module."""
