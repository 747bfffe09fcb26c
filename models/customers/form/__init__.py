"""The rules of the Add-customer and Edit-customer forms: fields, checks and their reasons."""
