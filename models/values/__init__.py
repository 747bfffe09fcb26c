"""What a typed text means: identifiers, domains, durations, countries, tags."""
