"""What knows every kind of record: carrying out, undoing, describing, doing to many at once."""
