"""What is kept: entities, the store, queries and rules. Imports neither Textual nor a network library."""
