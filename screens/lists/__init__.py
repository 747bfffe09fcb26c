"""What lists of records have in common: runs over marked rows, files in and out."""
