"""Durations as Microsoft writes them, ISO 8601: `P180D`, `P2Y`; days, weeks, months and years."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_FORM = re.compile(
    r"^P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of calendar time."""

    months: int
    days: int

    def __bool__(self) -> bool:
        return bool(self.months or self.days)

    def after(self, moment: datetime) -> datetime:
        """Return the moment that lies this span after another; a month's end stays one.

        Raises:
            OverflowError: it lies behind the last year there is.
        """
        years, month = divmod(moment.month - 1 + self.months, 12)
        year = moment.year + years
        if year > 9998:
            raise OverflowError
        last = calendar.monthrange(year, month + 1)[1]
        there = moment.replace(year=year, month=month + 1, day=min(moment.day, last))
        return there + timedelta(days=self.days)


def parse_duration(text: str) -> Duration | None:
    """Return the duration that a text means, upper or lower case; None where it means none."""
    match = _FORM.match(text.strip().upper())
    if match is None:
        return None
    years, months, weeks, days = (int(part or 0) for part in match.groups())
    return Duration(years * 12 + months, weeks * 7 + days)
