"""Schema versions, run by Alembic when a book is opened."""
