"""What is kept: entities, the store, queries and rules; knows no screen and no network."""
