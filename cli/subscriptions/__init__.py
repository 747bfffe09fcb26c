"""Commands about the subscriptions of all customers."""
