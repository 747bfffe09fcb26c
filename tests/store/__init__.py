"""Tests of the book, on SQLite and PostgreSQL."""
