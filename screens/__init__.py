"""The screens of the console: one file per screen, with its style sheet beside it."""
