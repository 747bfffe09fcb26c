"""Tests of a book, on SQLite and PostgreSQL."""
