"""A stand-in for Partner Center and its sign-in, for tests, demos and training.

It is made from Microsoft's documents and shares no model with the client that is tried against it.
"""
