"""What commands share: the open book, the account, rows in and out, printing."""
