"""Importing customers from a table file: columns, cells, rows, the plan, and carrying it out."""
