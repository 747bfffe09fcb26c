"""Parses typed texts: identifiers, domains, durations, countries, e-mail addresses."""
