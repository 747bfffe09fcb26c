"""Tests of pure code: rules, texts, files; no book, no screen."""
