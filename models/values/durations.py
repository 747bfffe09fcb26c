"""Durations in ISO 8601, as Microsoft writes them: `P180D`, `P2Y`; days, weeks, months, years."""

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
        """Return the moment this duration after `moment`; 31 January plus a month is 28 February.

        Raises:
            OverflowError: the result lies after the last year that `datetime` can hold.
        """
        years, month = divmod(moment.month - 1 + self.months, 12)
        year = moment.year + years
        if year > 9998:
            raise OverflowError
        last = calendar.monthrange(year, month + 1)[1]
        shifted = moment.replace(year=year, month=month + 1, day=min(moment.day, last))
        return shifted + timedelta(days=self.days)


def parse_duration(text: str) -> Duration | None:
    """Return the duration in `text`, in upper or lower case; None if `text` is no duration."""
    match = _FORM.match(text.strip().upper())
    if match is None:
        return None
    years, months, weeks, days = (int(part or 0) for part in match.groups())
    return Duration(years * 12 + months, weeks * 7 + days)
