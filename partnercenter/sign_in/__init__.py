"""Signs in to Microsoft's identity service with MSAL, and keeps the tokens sealed."""
