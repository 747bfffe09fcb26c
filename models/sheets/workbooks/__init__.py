"""Workbooks (XLSX, XLS, ODS), read in a process of their own that imports nothing heavy."""
