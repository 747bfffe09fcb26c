"""Lists as data: columns, filters, sorts, and how a long one is read; no record is known here."""
