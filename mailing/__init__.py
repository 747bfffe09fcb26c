"""What sends letters: SMTP. Only the app and the command line start it."""
