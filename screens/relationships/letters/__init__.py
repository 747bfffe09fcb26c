"""Letters: to read, to copy, to write to a file, to send."""
