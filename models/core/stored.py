"""What stored values mean, whatever a damaged book holds in their place; nothing here raises.

SQLite takes values of every type in every column, and any number as a moment. Whoever reads one
gets what the program can go on with; `partnerdesk database check` names those that are wrong.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from partnerdesk.models.core.clock import NEVER, from_millis, to_millis
from partnerdesk.models.core.text import shown

if TYPE_CHECKING:
    from enum import StrEnum

Choice = TypeVar("Choice", bound="StrEnum")
Value = TypeVar("Value", bound=str)

MILLIS = range(to_millis(datetime(1, 1, 2, tzinfo=UTC)), to_millis(NEVER) + 1)
"""The moments that can be shown, in milliseconds since 1970 UTC."""


def moment(value: object) -> datetime | None:
    """Return the moment of stored milliseconds; None for 0, and for what is no moment."""
    return from_millis(value) if type(value) is int and value and value in MILLIS else None


def whole(value: Any) -> Any:
    """Return a stored whole number, or None; 0 for a value of another type."""
    return value if value is None or type(value) is int else 0


def choice(kind: type[Choice], value: object) -> Choice:
    """Return the member of a closed set for a stored value.

    For an unknown value, such as of a newer version, return one that equals no member of the set
    and has the value as its own.
    """
    try:
        return kind(str(value))
    except ValueError:
        text = str(value)
        other = str.__new__(kind, text)
        other._name_ = other._value_ = text
        return other


class Titles(dict[Value, str]):
    """The titles of stored values; an unknown value is its own title."""

    def __missing__(self, value: Value) -> str:
        return shown(str(value))
