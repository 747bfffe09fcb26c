"""Parses days and moments: ISO 8601, US, German, dates in words, and the day numbers of Excel.

parse_moment("15.11.2025")                  # with points, the day is first
parse_moment("11/15/2025")                  # there is no month 15
parse_moment("03/04/2025")                  # AmbiguousDayError without `day_first`
day_order(["03/04/2025", "11/15/2025"])     # False: months are first in this column
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold
from partnerdesk.models.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

_EXCEL_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
"""Day 0 of Excel's calendar, for days after February 1900 (ECMA-376 part 1, 18.17.4.1)."""
_EXCEL = re.compile(r"[2-7]\d{4}(?:[.,]\d+)?")
"""Excel's day numbers from 1954 to 2119; any other number is not read as a day."""
_TICKS = re.compile(r"\\?/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\\?/")
"""Milliseconds since 1970, as Windows PowerShell writes a moment in JSON."""
_TIME = (
    r"(?:[ ,T]+(?:um |at |в )?(?P<hour>\d{1,2})[:.](?P<minute>\d\d)"
    r"(?:[:.](?P<second>\d\d)(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?\s*"
    r"(?:Z|UTC|GMT)?(?P<zone>[+-]\d\d:?\d\d)?(?: Uhr)?)?"
)
_NUMBERS = re.compile(
    r"(?P<one>\d{1,2})(?P<mark>[./-])\s?(?P<two>\d{1,2})(?P=mark)\s?(?P<year>\d{4}|\d\d)"
    r"(?:\s?(?:г\.?))?" + _TIME,
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})[./](?P<month>\d{1,2})[./](?P<day>\d{1,2})" + _TIME, re.IGNORECASE
)
_EAST_ASIA = re.compile(
    r"(?P<year>\d{4})[年년]\s?(?P<month>\d{1,2})[月월]\s?(?P<day>\d{1,2})[日일]"
)
_IN_WORDS = re.compile(
    r"(?:[^\W\d_]+,\s+)?(?:(?P<day>\d{1,2})(?:\.|st|nd|rd|th)?[ -]+(?P<month>[^\W\d_]+)\.?"
    r"|(?P<month2>[^\W\d_]+)\.?[ -]+(?P<day2>\d{1,2})(?:st|nd|rd|th)?),?[ -]+(?P<year>\d{4})"
    r"(?:\s?(?:г\.?|года))?" + _TIME,
    re.IGNORECASE,
)


class AmbiguousDayError(ValueError):
    """A date in numbers that is valid both with the day first and with the month first."""


def parse_moment(text: str, *, day_first: bool | None = None) -> datetime:
    """Return the moment that a text means, in UTC; a day means its first moment.

    Args:
        text: the written day or moment.
        day_first: whether the day comes before the month in ambiguous dates; None: unknown.

    Raises:
        AmbiguousDayError: the text can mean two days, and `day_first` is None.
        ValueError: the text is no day.
        OverflowError: the moment is outside the range of `datetime`.
    """
    text = " ".join(text.split())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _other(text, day_first)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def typed_day(text: str) -> date | None:
    """Return the day that a person typed, in ISO 8601 or as people write it: 31.12.2025.

    None where it is no day, or where it could be two, such as 03/04/2025.
    """
    text = text.strip()
    if not text or _EXCEL.fullmatch(text):
        return None
    try:
        return parse_moment(text).date()
    except (ValueError, OverflowError):
        return None


def day_order(texts: Iterable[str]) -> bool | None:
    """Return whether the day comes first in texts that one program wrote.

    None if no text shows the order, or if the texts contradict each other.
    """
    orders = {order for text in texts if (order := _order_in(" ".join(text.split()))) is not None}
    return orders.pop() if len(orders) == 1 else None


def is_ambiguous(text: str) -> bool:
    """Say whether a text can mean two days, with the day or the month first."""
    try:
        parse_moment(text)
    except AmbiguousDayError:
        return True
    except (ValueError, OverflowError):
        return False
    return False


def _order_in(text: str) -> bool | None:
    """Return whether the day comes first in a date in numbers; None if the text does not show."""
    found = _NUMBERS.fullmatch(text)
    if found is None or found["mark"] == ".":
        return None
    one, two = int(found["one"]), int(found["two"])
    if one > 12 or two > 12:
        return one > 12
    return False if found["half"] else None


def _other(text: str, day_first: bool | None) -> datetime:
    if ticks := _TICKS.fullmatch(text):
        return datetime.fromtimestamp(int(ticks[1]) / 1000, UTC)
    if _EXCEL.fullmatch(text):
        minutes = round(float(text.replace(",", ".")) * 1440)
        return _EXCEL_ZERO + timedelta(minutes=minutes)
    if found := _NUMBERS.fullmatch(text):
        return _with_time(found, *_ordered(found, day_first))
    if found := _YEAR_FIRST.fullmatch(text) or _EAST_ASIA.fullmatch(text):
        return _with_time(found, int(found["year"]), int(found["month"]), int(found["day"]))
    if found := _IN_WORDS.fullmatch(text):
        month = _months().get(fold(found["month"] or found["month2"]))
        if month:
            return _with_time(found, int(found["year"]), month, int(found["day"] or found["day2"]))
    raise ValueError(text)


def _ordered(found: re.Match[str], day_first: bool | None) -> tuple[int, int, int]:
    """Return year, month and day of a date in numbers."""
    one, two, year = int(found["one"]), int(found["two"]), int(found["year"])
    year += 2000 if len(found["year"]) == 2 else 0
    if found["mark"] == "." or one > 12:
        return year, two, one
    if two > 12 or one == two:
        return year, one, two
    if day_first is None:
        day_first = _order_in(found[0])
    if day_first is None:
        raise AmbiguousDayError(found[0])
    return (year, two, one) if day_first else (year, one, two)


def _with_time(found: re.Match[str], year: int, month: int, day: int) -> datetime:
    parts = found.groupdict()
    if parts.get("hour") is None:
        return datetime(year, month, day, tzinfo=UTC)
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    if half := parts["half"]:
        hour = hour % 12 + (12 if half[0].lower() == "p" else 0)
    moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    zone = (parts["zone"] or "+0000").replace(":", "")
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
    return moment + offset if zone[0] == "-" else moment - offset


@cache
def _months() -> dict[str, int]:
    """Return the number of each month by its names in the program's languages, folded."""
    from babel import Locale

    numbers: dict[str, int] = {}
    for speech in LANGUAGES:
        for context in Locale.parse(speech).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in context[width].items():
                    numbers[fold(str(name)).rstrip(".")] = int(number)
    return numbers
