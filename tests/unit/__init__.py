"""Tests of code without a book and a screen: rules, texts, files."""
