"""Tests of screens and widgets, without a terminal."""
