"""Pages that show records of several rooms together."""
