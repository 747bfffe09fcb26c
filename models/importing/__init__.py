"""Imports lists from table files: columns, cells, rows, the plan, carrying it out, and its undo."""
