"""Moments in UTC, their stored form and their texts; decisions get the moment as an argument."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from partnerdesk.models.languages import _, ngettext, pgettext

MINUTE, HOUR, DAY = 60, 3600, 86400

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands in for a missing moment, so that rows without one sort last."""


def now() -> datetime:
    """Return the present moment in UTC. Only the edges of the program call this."""
    return datetime.now(UTC)


def to_millis(moment: datetime) -> int:
    """Return `moment` as milliseconds since 1970 UTC, the form in which the store keeps times."""
    return round(moment.timestamp() * 1000)


def iso(moment: datetime) -> str:
    """Return `moment` as the steps of a plan hold it: ISO 8601, in milliseconds as in the store."""
    return from_millis(to_millis(moment)).isoformat()


def from_millis(millis: int) -> datetime:
    """Return the aware moment of `millis` milliseconds since 1970 UTC."""
    return datetime.fromtimestamp(millis / 1000, UTC)


def age(moment: datetime | None, at: datetime) -> str:
    """Return how long before `at` the moment was, in words: `3 min ago`, `2 d ago`, `never`."""
    if moment is None:
        return _("never")
    seconds = int((at - moment) / timedelta(seconds=1))
    if seconds < MINUTE:
        return _("just now")
    if seconds < HOUR:
        return ngettext("{count} min ago", "{count} min ago", seconds // MINUTE)
    if seconds < DAY:
        return ngettext("{count} h ago", "{count} h ago", seconds // HOUR)
    return ngettext("{count} d ago", "{count} d ago", seconds // DAY)


WARNED = ((1, "!!!"), (7, "!!"), (30, "!"))
"""Pairs: the days left until a deadline, and the mark shown from then on."""


def until(moment: datetime, at: datetime) -> str:
    """Return how long after `at` the moment is, in words, marked as in `WARNED`: `! in 12 d`."""
    if moment <= at:
        return age(moment, at)
    mark, seconds = warning_mark(moment, at), int((moment - at) / timedelta(seconds=1))
    text = ngettext("in {count} d", "in {count} d", seconds // DAY)
    if seconds < DAY:
        text = ngettext("in {count} h", "in {count} h", max(seconds // HOUR, 1))
    return f"{mark} {text}".strip()


def warning_mark(moment: datetime, at: datetime) -> str:
    """Return the mark of `WARNED` for a moment after `at`; empty if it is far away."""
    return next((mark for days, mark in WARNED if moment - at <= timedelta(days=days)), "")


def date_text(moment: datetime | None) -> str:
    """Return the day of `moment` as the language writes it, empty for None."""
    form = pgettext("date format", "%Y-%m-%d")
    return f"{moment:{form}}" if moment else ""


def minute_text(moment: datetime | None) -> str:
    """Return day and minute of `moment` as the language writes them, empty for None."""
    form = pgettext("date and time format", "%Y-%m-%d %H:%M")
    return f"{moment:{form}}" if moment else ""


def moment_text(moment: datetime | None) -> str:
    """Return day and minute of `moment`, followed by `UTC`; empty for None."""
    return f"{minute_text(moment)} UTC" if moment else ""
