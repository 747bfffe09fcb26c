"""Plans of changes, the history of changes, and the outbox of calls to be sent."""
