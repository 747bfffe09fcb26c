"""Settings and their sources, the clouds, and the address of the database."""
