"""The book: opening, upgrading, reading beside the event loop, and maintenance."""
