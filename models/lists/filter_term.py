"""A parsed term of a filter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: a word, or a field with an operator and a value."""

    text: str
    field: str = ""
    """The column's name; empty for a plain word."""
    operator: str = ":"
    negated: bool = False
    earliest: int = 0
    latest: int = 0
    """For moments and numbers: the first and the last millisecond or number of the value."""
