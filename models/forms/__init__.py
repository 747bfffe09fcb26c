"""The questions of forms, for any kind of record."""
