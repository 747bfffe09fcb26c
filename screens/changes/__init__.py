"""Plans, runs, the history, and the undo of imports."""
