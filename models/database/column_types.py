"""Column types that SQLite and PostgreSQL store, sort and compare in the same way."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    String,
    TypeDecorator,
    inspect,
    text,
    type_coerce,
)

from partnerdesk.models.core import stored
from partnerdesk.models.core.clock import to_millis

if TYPE_CHECKING:
    from enum import StrEnum

    from sqlalchemy import ColumnElement, Dialect


Entity = TypeVar("Entity")

EMPTY = text("''")
"""The SQL literal of an empty text: the default of a column that a migration added."""


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment, stored as milliseconds since 1970; None is stored as 0.

    The column is never NULL, so that both databases sort it by the same rule and from an index.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int:  # noqa: ARG002
        """Return the number to store for a moment."""
        return to_millis(value) if value else 0

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment of a stored number; None also for what is no moment."""
        return stored.moment(value)


class SortedText(TypeDecorator[str]):
    """Text that both databases sort by code point, whatever the locale of the server."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Return the type that `dialect` uses."""
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(String(collation=collation))


class Whole(TypeDecorator[int]):
    """A whole number; whatever a damaged book holds instead is read as 0."""

    impl = Integer
    cache_ok = True

    def process_result_value(self, value: object, dialect: Dialect) -> Any:  # noqa: ARG002
        """Return the stored number."""
        return stored.whole(value)


class Choice(TypeDecorator["StrEnum"]):
    """A member of a closed set, stored by its value; an unknown one is read as itself."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__(max(32, *map(len, kind)))
        self.kind = kind

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the text to store; raise ValueError for a value that the set lacks."""
        return None if value is None else str(self.kind(str(value)))

    def process_result_value(self, value: object, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        """Return the member for a stored text."""
        return None if value is None else stored.choice(self.kind, value)


def moment_column() -> Column[Any]:
    """Return a column for a moment that may be None."""
    return Column(Moment, nullable=False, default=None, server_default="0")


def unset(moment: Any) -> ColumnElement[bool]:
    """Return the condition that a moment column holds no moment: it stores 0 then, never NULL."""
    return type_coerce(moment, BigInteger) == 0


def choice_column(kind: type[StrEnum], default: StrEnum | None = None) -> Column[Any]:
    """Return a column that stores the values (not the Python names) of a closed set.

    Args:
        kind: the closed set.
        default: what older rows hold, where a migration added the column.
    """
    return Column(Choice(kind), nullable=False, server_default=str(default) if default else None)


def version_column() -> Column[Any]:
    """Return the column that counts a row's changes, for optimistic locking."""
    return Column(Whole, nullable=False, default=1, server_default="1")


def versioned(entity: type[Entity]) -> type[Entity]:
    """Make SQLAlchemy refuse to overwrite a row of `entity` that changed since it was read."""
    mapper: Any = inspect(entity)
    mapper.version_id_col = mapper.local_table.c.version
    return entity
