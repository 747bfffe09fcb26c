"""Lists on the command line: flags, columns, saved views and printing."""
