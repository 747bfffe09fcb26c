"""The rehearsal's own time: the real one, moved on demand."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime


class Clock:
    """Tells the time of the rehearsal, in UTC; it can be moved, never back."""

    def __init__(self) -> None:
        self.moved_seconds = 0.0
        """How far it is ahead of the real time."""

    def seconds(self) -> float:
        """Return the time as seconds since 1970."""
        return time.time() + self.moved_seconds

    def now(self) -> datetime:
        """Return the time, aware and in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def move(self, seconds: float) -> None:
        """Move the time on by `seconds`; a negative number is ignored."""
        self.moved_seconds += max(0.0, seconds)


def http_date(moment: datetime, *, off_by: float = 0.0) -> str:
    """Return `moment` as a `Date` header, moved by `off_by` seconds."""
    return format_datetime(moment + timedelta(seconds=off_by), usegmt=True)


def written(moment: datetime) -> str:
    """Return `moment` as Partner Center writes it: UTC, with seven digits after the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def written_seconds(seconds: float) -> str:
    """Return seconds since 1970 as Partner Center writes a time."""
    return written(datetime.fromtimestamp(seconds, UTC))
