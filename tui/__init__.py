"""The shell: the app, its header and footer, shared widgets, keys and themes."""
