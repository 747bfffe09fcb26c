"""Lists on the command line: options, columns, saved views, how they are printed."""
