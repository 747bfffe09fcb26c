"""Plans and the history: what is to change, what was changed, what waits to be sent."""
