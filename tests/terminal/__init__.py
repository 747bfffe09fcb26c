"""Tests in a real terminal: jobs, pace, leaving, the wire."""
