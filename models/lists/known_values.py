"""Reads the values that a book holds in a field of a list, to complete filters with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold
from partnerdesk.models.lists.filter_completion import completions, place_at
from partnerdesk.models.lists.spec import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.database.reader import Reader
    from partnerdesk.models.lists.completion import Completions, Line
    from partnerdesk.models.lists.spec import Column, ListSpec, Many

MOST_VALUES = 1_000
"""Maximum values that are read of one field."""
MOST_ROWS = 5_000
"""Maximum rows that are read if no index leads from one value to the next."""
READ = (Kind.CODE, Kind.TAGS)
"""The kinds of columns whose values are read from the book."""


class FilterCompleter:
    """Completes the filter of a list with values from the accounts that are shown.

    One instance serves one prompt: it reads the values of each field at most once.
    """

    def __init__(self, spec: ListSpec, reader: Reader, accounts: Sequence[int]) -> None:
        self._spec = spec
        self._reader = reader
        self._accounts = accounts
        self._known: dict[str, list[str]] = {}

    async def __call__(self, line: Line) -> Completions:
        """Return the completions of the word under the cursor.

        Raises:
            StoreError: the book cannot be read, or the database does not answer in time.
        """
        place = place_at(line, self._spec)
        known: list[str] = []
        column = place.column if place is not None else None
        if column is not None and (column.kind in READ or column.lookup is not None):
            known = await self._values(column)
        return completions(line, place, self._spec, known)

    async def _values(self, column: Column) -> list[str]:
        if column.name not in self._known:
            self._known[column.name] = await self._reader.ask(
                lambda book: known_values(book, self._spec, column, self._accounts)
            )
        return self._known[column.name]


def known_values(
    connection: Connection, spec: ListSpec, column: Column, accounts: Sequence[int]
) -> list[str]:
    """Return the values of a column in these accounts, sorted, at most `MOST_VALUES`.

    Few rows are read, however many there are: an index leads from each value to the next. Without
    such an index, the first `MOST_ROWS` rows stand for all. Of a computed list none are known.
    """
    if spec.computed is not None and column.lookup is None:
        found = []
    elif column.lookup is not None:
        value, table = column.lookup.value, column.lookup.table
        sql = f"SELECT DISTINCT {value} FROM {table} LIMIT {MOST_VALUES}"  # noqa: S608
        found = [str(row[0]) for row in connection.rows(sql) if row[0]]
    elif column.many is not None:
        found = _of_many(connection, spec, column.many, accounts)
    elif column.sort == column.field:  # sorted columns have an index for each account
        found = [
            value
            for account in accounts
            for value in _stepped(
                connection, column.field, spec.table, f"{spec.scope} = ? AND {spec.always}", account
            )
        ]
    else:
        found = _of_first_rows(connection, spec, column.field, accounts)
    return sorted(set(found), key=lambda value: (fold(value), value))[:MOST_VALUES]


def most_used(
    connection: Connection, spec: ListSpec, many: Many, accounts: Sequence[int]
) -> list[str]:
    """Return the values in a book, each in its most used spelling, the most used value first.

    Uses are counted in the first `MOST_ROWS` rows of the accounts; the other values of the book
    follow in order. At most `MOST_VALUES` values.
    """
    uses: dict[str, int] = {}
    spellings: dict[str, str] = {}
    rest = [(value, 0) for value in _stepped(connection, many.value, many.table, "1 = 1")]
    for value, count in [*_counted(connection, spec, many, accounts), *rest]:
        spellings.setdefault(fold(value), value)
        uses[fold(value)] = uses.get(fold(value), 0) + count
    order = sorted(spellings, key=lambda folded: (-uses[folded], folded))
    return [spellings[folded] for folded in order[:MOST_VALUES]]


def _counted(
    connection: Connection, spec: ListSpec, many: Many, accounts: Sequence[int]
) -> list[tuple[str, int]]:
    """Return the values in the first rows of these accounts with their counts, largest first."""
    rows = _first_rows(spec, spec.key, accounts)
    found = connection.rows(
        f"SELECT many.{many.value}, count(*) FROM ({rows}) AS listed "  # noqa: S608
        f"CROSS JOIN {many.table} AS many WHERE many.{many.key} = listed.value "
        f"GROUP BY many.{many.value} ORDER BY 2 DESC, 1",
        accounts,
    )
    return [(str(row[0]), int(str(row[1]))) for row in found]


def _stepped(
    connection: Connection, field: str, table: str, condition: str, *values: object
) -> list[str]:
    """Return the distinct values, skipping in the index of `field`; empty values are left out."""
    following = (
        f"SELECT {field} FROM {table} WHERE {condition} AND {field} > {{last}} "  # noqa: S608
        f"ORDER BY {field} LIMIT 1"
    )
    first, then = following.format(last="''"), following.format(last="known.value")
    rows = connection.rows(
        f"WITH RECURSIVE known (value) AS (SELECT * FROM ({first}) AS beginning UNION ALL "  # noqa: S608
        f"SELECT ({then}) FROM known WHERE known.value IS NOT NULL) "
        f"SELECT value FROM known WHERE value IS NOT NULL LIMIT {MOST_VALUES}",
        (*values, *values),
    )
    return [str(row[0]) for row in rows]


def _of_many(
    connection: Connection, spec: ListSpec, many: Many, accounts: Sequence[int]
) -> list[str]:
    rows = _first_rows(spec, spec.key, accounts)
    [(count,)] = connection.rows(f"SELECT count(*) FROM ({rows}) AS listed", accounts)  # noqa: S608
    if count >= MOST_ROWS:  # too many to count: take the values of the whole book
        return _stepped(connection, many.value, many.table, "1 = 1")
    return [value for value, _count in _counted(connection, spec, many, accounts)]


def _of_first_rows(
    connection: Connection, spec: ListSpec, field: str, accounts: Sequence[int]
) -> list[str]:
    found = connection.rows(
        f"SELECT DISTINCT value FROM ({_first_rows(spec, field, accounts)}) AS listed "  # noqa: S608
        f"WHERE value <> '' LIMIT {MOST_VALUES}",
        accounts,
    )
    return [str(row[0]) for row in found]


def _first_rows(spec: ListSpec, expression: str, accounts: Sequence[int]) -> str:
    marks = ", ".join("?" * len(accounts)) or "NULL"
    return (
        f"SELECT {expression} AS value FROM {spec.table} "  # noqa: S608
        f"WHERE {spec.scope} IN ({marks}) AND {spec.always} LIMIT {MOST_ROWS}"
    )
