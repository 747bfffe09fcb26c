"""What talks to Partner Center: sign-in, REST client, paging, errors, sync and sending."""
