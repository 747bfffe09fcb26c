"""Lists as data: columns, filters, sorts, views, paging; this room knows no kind of record."""
