"""The one way to read a list: what its columns are, and queries for counts, windows and places.

A list is a `ListSpec`; a `Query` is a spec with a scope, a filter and a sort, and writes the SQL.
Lists are read over plain connections, because the first rows do not wait for the ORM. The SQL is
put together from the spec's own constants; whatever a person typed is always a bound value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from models.clock import age, date_text, from_millis, minute_text, until
from models.languages import _
from models.plain import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from models.connection import Connection
    from models.filters import Filter

TAG_MARK = "#"
"""What a tag's line begins with in a list's searchable text."""

NOW = ":now"
"""Stands in a spec's SQL for the moment that its states and steps are counted from."""

RowKey = int
"""A row's primary key; stays the same under any filter and sort."""


class Kind(StrEnum):
    """What a column's values are, and so how they are shown, filtered and exported."""

    TEXT = "text"
    CODE = "code"
    """A short code such as a country's; compared whole."""
    CHOICE = "choice"
    """One of a closed set; shown by its title."""
    AGE = "age"
    """A moment (milliseconds, 0 for never), shown as how long ago it was."""
    DATE = "date"
    """A moment (milliseconds, 0 for never), shown as a day."""
    MOMENT = "moment"
    """A moment (milliseconds, 0 for never), shown as day and minute in UTC."""
    DEADLINE = "deadline"
    """A moment (milliseconds, 0 for never), shown as how far ahead it is, marked as it nears."""
    NUMBER = "number"
    """A whole number."""
    TAGS = "tags"


MOMENTS = (Kind.AGE, Kind.DATE, Kind.MOMENT, Kind.DEADLINE)
"""The kinds of columns that hold a moment."""


@dataclass(frozen=True, slots=True)
class Many:
    """Where the values of a column stand that a row has several of."""

    table: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list."""

    name: str
    """Its word in the filter language, on the command line and in remembered views."""
    label: str
    """Its heading, marked with `N_`."""
    field: str
    """The SQL expression of its value; empty where `many` says where the values stand."""
    width: int
    """Cells it takes at least."""
    kind: Kind = Kind.TEXT
    grows: int = 0
    """Its share of the room that is left over; 0 keeps it at `width`."""
    wide_only: bool = False
    """Shown in wide mode only."""
    rank: int = 0
    """Columns of the highest rank are dropped first where the terminal is narrow."""
    sort: str = ""
    """The indexed SQL expression it is sorted by; empty where it cannot be sorted."""
    folded: str = ""
    """The SQL expression in which a field term looks for folded text; empty: in `field`."""
    line: int | None = None
    """Which line of the list's `words` holds the folded text, where they have a fixed number."""
    choices: Mapping[str, str] | None = None
    """For `Kind.CHOICE`: stored value to title, marked with `N_`."""
    many: Many | None = None
    aliases: tuple[str, ...] = ()
    """Other words that mean this column in a filter."""
    attribute: str = ""
    """The entity's field, as JSON names it; empty: the last part of `field`."""
    stored: Mapping[str, str | bool] | None = None
    """What the entity holds for a value, where that is not the value itself; None for nothing."""

    @property
    def json_name(self) -> str:
        """What the column is called in JSON: the entity's field."""
        return self.attribute or self.field.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column, and in which direction."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A kind of list: from where, which columns, how it is searched."""

    name: str
    table: str
    key: str
    """The SQL expression of a row's key."""
    scope: str
    """The SQL expression of the partner account a row belongs to."""
    always: str
    """The SQL condition of a row to be in this list at all."""
    words: str
    """The SQL expression of the folded text in which plain words are looked for."""
    columns: tuple[Column, ...]
    default_sort: Sort
    shared: bool = False
    """Whether rows of no account belong to every scope."""
    lines: int = 0
    """How many lines the text in `words` has; 0 where their number is not fixed."""

    def column(self, name: str) -> Column:
        """Return the column called `name` (KeyError if there is none)."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def sortable(self) -> list[Column]:
        """Return the columns a person can sort by."""
        return [column for column in self.columns if column.sort]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: its key and a value for each column of the spec, in their order."""

    key: RowKey
    values: tuple[Any, ...]

    def with_value(self, place: int, value: Any) -> Row:
        """Return the row with another value in the column at `place`."""
        return Row(self.key, (*self.values[:place], value, *self.values[place + 1 :]))


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with `?` for each of its values."""

    text: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows of a list, in which order."""

    spec: ListSpec
    accounts: tuple[int, ...]
    """The partner accounts whose rows are listed; several for *All clouds*."""
    filter: Filter
    sort: Sort
    keys: tuple[RowKey, ...] | None = None
    """Only these rows, where given (the marked ones)."""
    at: int = 0
    """The moment (milliseconds) that states which time brings are counted from."""

    def count(self, connection: Connection) -> int:
        """Return how many rows there are."""
        where = self._where()
        sql = f"SELECT count(*) FROM {self.spec.table} WHERE {where.text}"  # noqa: S608
        return int(self._read(connection, sql, where.values)[0][0])

    def window(self, connection: Connection, start: int, length: int) -> list[Row]:
        """Return at most `length` rows from place `start` on (0 is the first)."""
        where = self._where()
        fields = ", ".join(column.field or "NULL" for column in self.spec.columns)
        sql = (
            f"SELECT {self.spec.key}, {fields} FROM {self.spec.table} "  # noqa: S608
            f"WHERE {where.text} ORDER BY {self._order()} LIMIT ? OFFSET ?"
        )
        raw = self._read(connection, sql, (*where.values, length, start))
        rows = [Row(values[0], tuple(values[1:])) for values in raw]
        return self._with_many(connection, rows)

    def walk(self, connection: Connection, length: int = 500) -> Iterator[Row]:
        """Go through all rows in order, `length` at a time, without holding them all.

        Hold the connection's `snapshot` around it if the rows must be of one moment.
        """
        where = self._where()
        sorting = self.spec.column(self.sort.column).sort
        fields = ", ".join(column.field or "NULL" for column in self.spec.columns)
        beyond = "<" if self.sort.descending else ">"
        last: tuple[object, ...] = ()
        while True:
            onward = f"AND ({sorting}, {self.spec.key}) {beyond} (?, ?)" if last else ""
            raw = self._read(
                connection,
                f"SELECT {sorting}, {self.spec.key}, {fields} FROM {self.spec.table} "  # noqa: S608
                f"WHERE {where.text} {onward} ORDER BY {self._order()} LIMIT ?",
                (*where.values, *last, length),
            )
            rows = [Row(values[1], tuple(values[2:])) for values in raw]
            yield from self._with_many(connection, rows)
            if len(raw) < length:
                return
            last = raw[-1][:2]

    def position_of(self, connection: Connection, key: RowKey) -> int | None:
        """Return the place of the row with `key`, or None where it is not in the list."""
        where = self._where()
        column = self.spec.column(self.sort.column).sort
        table, own = self.spec.table, self.spec.key
        at = self._read(
            connection,
            f"SELECT {column} FROM {table} WHERE {where.text} AND {own} = ?",  # noqa: S608
            (*where.values, key),
        )
        if not at:
            return None
        before = ">" if self.sort.descending else "<"
        sql = (
            f"SELECT count(*) FROM {table} WHERE {where.text} AND ({column}, {own}) {before} (?, ?)"  # noqa: S608
        )
        return int(self._read(connection, sql, (*where.values, at[0][0], key))[0][0])

    def all_keys(self, connection: Connection) -> list[RowKey]:
        """Return the keys of all rows, in no order."""
        where = self._where()
        sql = f"SELECT {self.spec.key} FROM {self.spec.table} WHERE {where.text}"  # noqa: S608
        return [row[0] for row in self._read(connection, sql, where.values)]

    def _read(
        self, connection: Connection, statement: str, values: Sequence[object]
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a statement, in which the moment stands as a number."""
        return connection.rows(statement.replace(NOW, str(self.at)), values)

    def _where(self) -> Sql:
        marks = ", ".join("?" * len(self.accounts)) or "NULL"
        scope = f"{self.spec.scope} IN ({marks})"
        if self.spec.shared:
            scope = f"({scope} OR {self.spec.scope} IS NULL)"
        parts = [Sql(scope, self.accounts), Sql(self.spec.always)]
        if self.keys is not None:
            listed = ", ".join(str(int(key)) for key in self.keys) or "NULL"
            parts.append(Sql(f"{self.spec.key} IN ({listed})"))
        condition = self.filter.condition(self.spec)
        if condition.text:
            parts.append(condition)
        return joined(" AND ", parts)

    def _order(self) -> str:
        direction = "DESC" if self.sort.descending else "ASC"
        column = self.spec.column(self.sort.column).sort
        return f"{column} {direction}, {self.spec.key} {direction}"

    def _with_many(self, connection: Connection, rows: list[Row]) -> list[Row]:
        for place, column in enumerate(self.spec.columns):
            if column.many is None or not rows:
                continue
            many = column.many
            marks = ", ".join("?" * len(rows))
            found: dict[RowKey, list[str]] = {}
            for key, value in connection.rows(
                f"SELECT {many.key}, {many.value} FROM {many.table} "  # noqa: S608
                f"WHERE {many.key} IN ({marks}) ORDER BY {many.value}",
                [row.key for row in rows],
            ):
                found.setdefault(key, []).append(value)
            rows = [row.with_value(place, found.get(row.key, [])) for row in rows]
        return rows


def joined(word: str, parts: Sequence[Sql]) -> Sql:
    """Join conditions with ` AND ` or ` OR `."""
    text = word.join(part.text for part in parts)
    return Sql(text, tuple(value for part in parts for value in part.values))


def cell_text(column: Column, value: Any, at: datetime) -> str:
    """Return a cell as a person reads it: one line, safe to print, in the language in use."""
    match column.kind:
        case Kind.AGE:
            return age(from_millis(value) if value else None, at)
        case Kind.DATE:
            return date_text(from_millis(value)) if value else ""
        case Kind.MOMENT:
            return minute_text(from_millis(value)) if value else ""
        case Kind.DEADLINE:
            return until(from_millis(value), at) if value else ""
        case Kind.CHOICE:
            return shown(_((column.choices or {}).get(value, str(value))))
        case Kind.TAGS:
            return shown(", ".join(value or ()))
        case _:
            return shown(str(value or ""))


class RowSource(Protocol):
    """What a table on the screen asks for its rows."""

    async def count(self) -> int:
        """Return how many rows there are."""
        ...

    async def window(self, start: int, length: int) -> list[Row]:
        """Return at most `length` rows from place `start` on."""
        ...

    async def position_of(self, key: RowKey) -> int | None:
        """Return the place of a row, or None where it is not in the list."""
        ...


class ListedRows:
    """A source over rows that are in memory."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = list(rows)

    async def count(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    async def window(self, start: int, length: int) -> list[Row]:
        """Return at most `length` rows from place `start` on."""
        return self._rows[start : start + length]

    async def position_of(self, key: RowKey) -> int | None:
        """Return the place of a row, or None where it is not in the list."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), None)
