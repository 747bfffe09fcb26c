"""Who the partner is in each cloud."""
