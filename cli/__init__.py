"""The command line: the work of the console without a screen, with JSON output."""
