"""Pages that are put together from several rooms."""
