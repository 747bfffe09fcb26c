"""A stand-in for Partner Center and its sign-in, for tests, demos and training."""
