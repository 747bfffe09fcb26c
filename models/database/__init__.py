"""The book: how it is opened, brought up to date, read beside the screen, looked after."""
