"""The ground: errors, time, text, paths and own files; it knows no other room."""
