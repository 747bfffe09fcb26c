"""What a person sees: one screen a file, its style sheet beside it."""
