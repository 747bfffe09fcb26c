"""The months and weeks of the overview, in UTC as filters count days."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

MONTHS = 24
"""Months that are looked back at, the current one included."""
WEEKS = 12
"""Weeks that are looked ahead at, from today."""
QUARTER = 13
"""Weeks that the board looks ahead at."""
_WEEK = timedelta(days=7)


class Period(NamedTuple):
    """A month or a week: its first moment, and the first one after it."""

    first: datetime
    after: datetime


def months_until(at: datetime, count: int = MONTHS) -> list[Period]:
    """Return the last `count` months; the month of `at` is the last one, and counts whole."""
    number = at.year * 12 + at.month - 1
    beginnings = [
        datetime(place // 12, place % 12 + 1, 1, tzinfo=at.tzinfo)
        for place in range(number - count + 1, number + 2)
    ]
    return [Period(*pair) for pair in pairwise(beginnings)]


def weeks_from(at: datetime, count: int = WEEKS) -> list[Period]:
    """Return the next `count` times seven days; the first ones begin with the day of `at`."""
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return [Period(today + place * _WEEK, today + (place + 1) * _WEEK) for place in range(count)]
