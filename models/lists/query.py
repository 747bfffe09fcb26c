"""A query: the rows of a list in an order; writes the SQL and reads the rows over a connection.

Lists are read over plain connections, because the first rows must not wait for the ORM. The SQL is
built from the constants of the spec; typed text is always a bound value.

The *position* of a row is its value in the sorted column and its key. An index finds the rows after
a position without counting the rows before it. The *place* of a row is its number, from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from partnerdesk.models.database.sql import NOTHING, Sql, joined
from partnerdesk.models.lists.filter_parser import NO_FILTER, Filter
from partnerdesk.models.lists.filter_sql import is_range
from partnerdesk.models.lists.jump import least_value
from partnerdesk.models.lists.spec import NOW, ListSpec, Row, RowKey, Sort

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.lists.trigrams import IndexHint

EVERY = 2**62
"""A limit larger than any number of rows."""
Position = tuple[Any, RowKey]
"""A row's value in the sorted column, and its key."""


@dataclass(frozen=True, slots=True)
class Query:
    """The rows of a list, in an order."""

    spec: ListSpec
    accounts: tuple[int, ...]
    """The partner accounts whose rows are listed; several for *All clouds*."""
    filter: Filter
    sort: Sort
    keys: tuple[RowKey, ...] | None = None
    """The keys of the rows to read (the marked rows); None for all rows."""
    at: int = 0
    """The moment (milliseconds) at which time-dependent states are computed."""
    between: tuple[RowKey, RowKey] | None = None
    """The range of keys to read, the second key excluded; None for all rows."""
    hint: Sql = NOTHING
    """A condition that an index answers and every row of the filter fulfils (`trigrams.py`)."""
    in_order: bool = False
    """Force a scan of the sort index, even if another index matches the filter."""

    # Whole lists

    def count(self, connection: Connection) -> int:
        """Return how many rows there are."""
        where = self._where()
        sql = f"SELECT count(*) FROM {self.spec.table} WHERE {where.text}"  # noqa: S608
        return int(self._read(connection, Sql(sql, where.values))[0][0])

    def parts(self, connection: Connection, many: int) -> list[Query]:
        """Return the query split into `many` equal ranges of keys, to be counted in parallel."""
        first, last = self.ends(connection)
        if many < 2 or last <= first:
            return [self]
        step = (last - first) // many + 1
        return [
            replace(self, between=(start, start + step)) for start in range(first, last + 1, step)
        ]

    def ends(self, connection: Connection) -> tuple[RowKey, RowKey]:
        """Return the least and the greatest key of the table; zeros if the table is empty."""
        key, table = self.spec.key, self.spec.table
        selects = [f"(SELECT {end}({key}) FROM {table})" for end in ("min", "max")]  # noqa: S608
        first, last = self._read(connection, Sql(f"SELECT {', '.join(selects)}"))[0]
        return first or 0, last or 0

    def walk(self, connection: Connection, length: int = 500) -> Iterator[Row]:
        """Yield all rows in order, reading `length` rows at a time.

        Call this inside the connection's `snapshot` if all rows must be from one state of the book.
        """
        last: Position | None = None
        while True:
            rows = self.rows_from(connection, last, length=length)
            yield from rows
            if len(rows) < length:
                return
            last = rows[-1].position

    def count_to(self, connection: Connection, most: int) -> int:
        """Return how many rows there are, counting no further than `most`."""
        where = self._where()
        table = self.spec.table
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {where.text} LIMIT ?) AS found"  # noqa: S608
        return int(self._read(connection, Sql(sql, (*where.values, most)))[0][0])

    def all_keys(self, connection: Connection) -> list[RowKey]:
        """Return the keys of all rows, unsorted."""
        where = self._where()
        sql = f"SELECT {self.spec.key} FROM {self.spec.table} WHERE {where.text}"  # noqa: S608
        return [row[0] for row in self._read(connection, Sql(sql, where.values))]

    def some_positions(self, connection: Connection, most: int) -> list[Position]:
        """Return the positions of at most `most` rows, unsorted."""
        where = self._where()
        sql = (
            f"SELECT {self._sorting}, {self.spec.key} FROM {self.spec.table} "  # noqa: S608
            f"WHERE {where.text} LIMIT ?"
        )
        return [(row[0], row[1]) for row in self._read(connection, Sql(sql, (*where.values, most)))]

    # Places

    def window(self, connection: Connection, start: int, length: int) -> list[Row]:
        """Return at most `length` rows from place `start` on (0 is the first)."""
        return self.rows_from(connection, None, length=length, offset=start)

    def position_of(self, connection: Connection, key: RowKey) -> Position | None:
        """Return the position of the row with `key`; None if the row is not in the list."""
        own = Sql(f"{self.spec.key} = ?", (key,))
        where = joined(" AND ", [self._where(), own])
        sql = f"SELECT {self._sorting} FROM {self.spec.table} WHERE {where.text}"  # noqa: S608
        found = self._read(connection, Sql(sql, where.values))
        return (found[0][0], key) if found else None

    def place_of_position(self, connection: Connection, position: Position) -> int:
        """Return how many rows come before `position`."""
        where = joined(" AND ", [self._where(), self._beyond(position, backward=True)])
        sql = f"SELECT count(*) FROM {self.spec.table} WHERE {where.text}"  # noqa: S608
        return int(self._read(connection, Sql(sql, where.values))[0][0])

    def place_of_key(self, connection: Connection, key: RowKey) -> int | None:
        """Return the place of the row with `key`; None if the row is not in the list."""
        position = self.position_of(connection, key)
        return None if position is None else self.place_of_position(connection, position)

    def first_position_at(self, text: str) -> Position:
        """Return a position just before the first row whose sorted value begins with `text`.

        Raises:
            FilterError: the column holds numbers or moments, and `text` is not one.
        """
        value = least_value(self.spec, self.sort, text, self.at)
        return (value, 2**62 if self.sort.descending else -1)

    # Rows in order

    def positions_from(
        self,
        connection: Connection,
        position: Position | None,
        *,
        length: int,
        backward: bool = False,
    ) -> list[Position]:
        """Return positions after `position` or from the start, or `backward` from the end."""
        order = self._ordered(connection, position, backward=backward, length=length)
        return [(row[0], row[1]) for row in self._read(connection, order)]

    def scan(
        self,
        connection: Connection,
        position: Position | None,
        *,
        scanned: int,
        backward: bool = False,
    ) -> tuple[list[Position], bool]:
        """Scan the next `scanned` rows in order, and return the positions that match the filter.

        Also returns whether the list ends within these rows. Rows outside the filter's range of the
        sort order are not scanned. However the matching rows are spread over the accounts, no
        further rows are read.
        """
        inner = self._everything(connection, position, scanned, backward=backward)
        matches = self.filter.condition(self.spec)
        sql = (
            f"SELECT position_value, position_key, {matches.text} FROM ({inner.text}) AS positions "  # noqa: S608
            f"CROSS JOIN {self.spec.table} WHERE {self.spec.key} = position_key"
        )
        rows = self._read(connection, Sql(sql, matches.values + inner.values))
        positions = [(row[0], row[1]) for row in rows if row[2]]
        return self._from_nearest(positions, backward=backward), len(rows) < scanned

    def scan_hint(
        self, connection: Connection, position: Position | None, hint: IndexHint, *,
        length: int, scanned: int = EVERY, backward: bool = False,
    ) -> list[Position]:  # fmt: skip
        """Scan the sort index, read only rows that a hint finds, and return matching positions.

        Args:
            connection: where to read; SQLite scans the sort index in its order.
            position: where to start; None for the start of the list, or the end if `backward`.
            hint: the rows that may match; no other rows are read.
            length: how many positions at most.
            scanned: how many entries of the sort index to scan at most.
            backward: whether to scan from the position towards the start.
        """
        inner = self._everything(connection, position, scanned, backward=backward)
        same = Sql(f"{self.spec.key} = position_key")
        matches = self.filter.condition(self.spec)
        where = joined(" AND ", [same, hint.holds("position_key"), matches])
        sql = (
            f"SELECT position_value, position_key FROM ({inner.text}) AS positions "  # noqa: S608
            f"CROSS JOIN {self.spec.table} WHERE {where.text} LIMIT ?"
        )
        values = (*inner.values, *where.values, length)
        positions = [(row[0], row[1]) for row in self._read(connection, Sql(sql, values))]
        return self._from_nearest(positions, backward=backward)

    def _everything(
        self, connection: Connection, position: Position | None, length: int, *, backward: bool
    ) -> Sql:
        everything: Query = replace(self, filter=self._bounds())
        return everything._ordered(connection, position, backward=backward, length=length)

    def _from_nearest(self, positions: list[Position], *, backward: bool) -> list[Position]:
        return sorted(positions, reverse=self.sort.descending != backward)

    def rows_from(
        self, connection: Connection, position: Position | None, *,
        length: int, offset: int = 0, backward: bool = False, including: bool = False,
    ) -> list[Row]:  # fmt: skip
        """Return rows after `position` or from the start, always in the order of the list.

        Args:
            connection: where to read.
            position: where to start; None for the start of the list, or the end if `backward`.
            length: how many rows at most.
            offset: how many rows to skip first.
            backward: whether to read the rows before the position.
            including: whether the row at the position is included.
        """
        inner = self._ordered(
            connection,
            position,
            backward=backward,
            length=length,
            offset=offset,
            including=including,
        )
        fields = ", ".join(column.field or "NULL" for column in self.spec.columns)
        direction = "DESC" if self.sort.descending else "ASC"
        sql = (
            f"SELECT position_value, position_key, {fields} FROM ({inner.text}) AS positions, "  # noqa: S608
            f"{self.spec.table} WHERE {self.spec.key} = position_key "
            f"ORDER BY position_value {direction}, position_key {direction}"
        )
        raw = self._read(connection, Sql(sql, inner.values))
        return self._with_many(connection, [_row(values) for values in raw])

    def rows_at(self, connection: Connection, positions: Sequence[Position]) -> list[Row]:
        """Return the rows at these positions, in the same order; deleted rows are left out."""
        fields = ", ".join(column.field or "NULL" for column in self.spec.columns)
        listed = ", ".join(str(int(key)) for _value, key in positions) or "NULL"
        sql = (
            f"SELECT {self._sorting}, {self.spec.key}, {fields} "  # noqa: S608
            f"FROM {self.spec.table} WHERE {self.spec.key} IN ({listed})"
        )
        found = {values[1]: _row(values) for values in self._read(connection, Sql(sql))}
        rows = [found[key] for _value, key in positions if key in found]
        return self._with_many(connection, rows)

    # How the SQL is written

    @property
    def _sorting(self) -> str:
        return self.spec.column(self.sort.column).sort

    def _ordered(
        self, connection: Connection, position: Position | None, *,
        length: int, offset: int = 0, backward: bool = False, including: bool = False,
    ) -> Sql:  # fmt: skip
        """Return the SQL that reads positions in order from the sort index of each account."""
        parts = self._conditions()
        if position is not None:
            parts.append(self._beyond(position, backward=backward, including=including))
        if self.hint and not self.in_order:  # the rows of the hint are sorted
            arms = [joined(" AND ", [self._scope(), *parts])]
        else:  # one select for each account: merged, not sorted
            arms = [joined(" AND ", [scope, *parts]) for scope in self._scopes()]
        select = (
            f"SELECT {self._sorting} AS position_value, {self.spec.key} AS position_key "  # noqa: S608
            f"FROM {self.spec.table} WHERE"
        )
        direction = "DESC" if self.sort.descending != backward else "ASC"
        order = f"ORDER BY 1 {direction}, 2 {direction}"
        selects = [Sql(f"{select} {arm.text}", arm.values) for arm in arms]
        if len(selects) > 1 and not connection.merges:  # limit each: the database sorts them
            selects = [
                Sql(f"({one.text} {order} LIMIT ?)", (*one.values, min(offset + length, EVERY)))
                for one in selects
            ]
        every = joined(" UNION ALL ", selects)
        return Sql(f"{every.text} {order} LIMIT ? OFFSET ?", (*every.values, length, offset))

    def _beyond(self, position: Position, *, backward: bool, including: bool = False) -> Sql:
        operator = ("<" if self.sort.descending != backward else ">") + ("=" if including else "")
        return Sql(f"({self._sorting}, {self.spec.key}) {operator} (?, ?)", position)

    def _scopes(self) -> list[Sql]:
        scopes = [Sql(f"{self.spec.scope} = ?", (account,)) for account in self.accounts]
        if self.spec.shared:
            scopes.append(Sql(f"{self.spec.scope} IS NULL"))
        return scopes or [Sql("1 = 0")]

    def _conditions(self) -> list[Sql]:
        opened = self.spec.opened_by
        named = bool(opened) and any(term.field == opened for term in self.filter.terms())
        parts = [] if named else [Sql(self.spec.always)]
        if self.keys is not None:
            listed = ", ".join(str(int(key)) for key in self.keys) or "NULL"
            parts.append(Sql(f"{self.spec.key} IN ({listed})"))
        if self.between is not None:
            key = self.spec.key
            parts.append(Sql(f"{key} >= ? AND {key} < ?", self.between))
        condition = self.filter.condition(self.spec)
        if condition and self.in_order:
            parts.append(self._bounds().condition(self.spec))
            condition = Sql(f"({condition.text}) IS TRUE", condition.values)
        return [part for part in (*parts, self.hint, condition) if part]

    def _bounds(self) -> Filter:
        """Return the terms whose rows are contiguous in the sort order, as a filter."""
        column = self.spec.column(self.sort.column)
        if len(self.filter.alternatives) != 1:
            return NO_FILTER
        terms = tuple(term for term in self.filter.alternatives[0] if is_range(term, column))
        return Filter(alternatives=(terms,) if terms else ())

    def _where(self) -> Sql:
        return joined(" AND ", [self._scope(), *self._conditions()])

    def _scope(self) -> Sql:
        marks = ", ".join("?" * len(self.accounts)) or "NULL"
        # The `+` keeps SQLite from using the index of accounts instead of the better one.
        sign = "+" if self._avoids_scope_index else ""
        scope = f"{sign}{self.spec.scope} IN ({marks})"
        if self.spec.shared:
            scope = f"({scope} OR {self.spec.scope} IS NULL)"
        return Sql(scope, self.accounts)

    @property
    def _avoids_scope_index(self) -> bool:
        """Whether rows are found best by key, by another index, or by a scan of the table.

        A search for text reads every row, which is quickest in the order of the table.
        """
        if self.in_order:
            return False
        return self.keys is not None or bool(self.hint) or self.filter.needs_scan(self.spec)

    def _read(self, connection: Connection, statement: Sql) -> list[tuple[Any, ...]]:
        """Return the rows of a statement, with the moment (milliseconds) in the place of `NOW`.

        The query of a computed list is done once, however often the statement names it.
        """
        text = statement.text
        if self.spec.computed is not None:
            name = self.spec.table.partition(" ")[0]
            text = f"WITH {name} AS MATERIALIZED ({self.spec.computed(self.accounts)}) {text}"
        return connection.rows(text.replace(NOW, str(self.at)), statement.values)

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


def _row(values: tuple[Any, ...]) -> Row:
    return Row(values[1], tuple(values[2:]), values[0])
