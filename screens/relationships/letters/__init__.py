"""Letters: read, copy, write to a file, send."""
