"""Sends the waiting calls of the outbox to Partner Center, and reads back what became of them."""
