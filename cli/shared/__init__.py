"""Code shared by commands: the open book, the account, plans, runs and printing."""
