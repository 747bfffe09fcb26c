"""Reads workbooks (XLSX, XLS, ODS) in a separate process that imports only light modules."""
