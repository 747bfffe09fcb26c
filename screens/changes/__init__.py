"""Plans, runs, the history, and undo."""
