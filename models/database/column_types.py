"""Column types that SQLite and PostgreSQL keep, sort and compare alike."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Enum,
    Integer,
    String,
    TypeDecorator,
    inspect,
    text,
    type_coerce,
)

from partnerdesk.models.core.clock import from_millis, to_millis

if TYPE_CHECKING:
    from enum import StrEnum

    from sqlalchemy import ColumnElement, Dialect


Entity = TypeVar("Entity")

EMPTY = text("''")
"""An empty text, as a database writes it: the default of a column that came later."""


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment as milliseconds since 1970; None is kept as 0.

    A number and never NULL, so that both databases sort it by one rule and from one index.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int:  # noqa: ARG002
        """Return what is stored."""
        return to_millis(value) if value else 0

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return what was stored."""
        return from_millis(value) if value else None


class SortedText(TypeDecorator[str]):
    """Text that lists sort by: by code point on both databases, whatever the server's locale."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Return the type that `dialect` uses."""
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(String(collation=collation))


def moment_column() -> Column[Any]:
    """Return a column for a moment that may be None."""
    return Column(Moment, nullable=False, default=None, server_default="0")


def unset(moment: Any) -> ColumnElement[bool]:
    """Return the condition that a moment's column holds none: it is kept as 0, never as NULL."""
    return type_coerce(moment, BigInteger) == 0


def choice_column(kind: type[StrEnum]) -> Column[Any]:
    """Return a column that keeps the values (not the Python names) of a closed set."""
    values = Enum(
        kind,
        values_callable=lambda members: [str(member) for member in members],
        native_enum=False,
        length=max(32, *map(len, kind)),
        create_constraint=False,
    )
    return Column(values, nullable=False)


def version_column() -> Column[Any]:
    """Return the column that counts a row's changes, for optimistic locking."""
    return Column(Integer, nullable=False, default=1, server_default="1")


def versioned(entity: type[Entity]) -> type[Entity]:
    """Let SQLAlchemy refuse to write over a row of `entity` that changed since it was read."""
    mapper: Any = inspect(entity)
    mapper.version_id_col = mapper.local_table.c.version
    return entity
