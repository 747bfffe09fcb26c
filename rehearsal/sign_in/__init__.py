"""The sign-in: discovery, device code, authorization code, refresh token, client credentials."""
