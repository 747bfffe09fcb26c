"""What the rehearsal remembers: one SQLite file of its own."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_INSERT = "INSERT INTO {} ({}) VALUES ({})"
_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class State:
    """The tables of the rehearsal. One thread uses it; whoever changes something does it `once`."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = OFF", "cache_size = -65536"):
            self._connection.execute(f"PRAGMA {pragma}")
        self.create(_TABLES)

    def create(self, tables: str) -> None:
        """Create what is missing of the tables of an area."""
        self._connection.executescript(tables)

    def rows(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query, None without one."""
        row: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
        return row

    def value(self, statement: str, *values: Any) -> Any:
        """Return the first value of the first row, None without one."""
        row = self.row(statement, *values)
        return None if row is None else row[0]

    def run(self, statement: str, *values: Any) -> int:
        """Change something; return how many rows were changed."""
        return self._connection.execute(statement, values).rowcount

    def insert(self, table: str, values: Mapping[str, Any]) -> None:
        """Add a row to a table; its names come from the program, never from a call."""
        self.insert_many(table, tuple(values), [tuple(values.values())])

    def insert_many(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Add many rows to a table."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        self._connection.executemany(_INSERT.format(table, names, marks), rows)

    @contextmanager
    def once(self) -> Iterator[None]:
        """All changes inside, or none if it ends with an error."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def fact(self, name: str) -> str | None:
        """Return a single fact that was noted."""
        value: str | None = self.value("SELECT value FROM facts WHERE name = ?", name)
        return value

    def note(self, name: str, value: str) -> None:
        """Note a single fact."""
        self.run("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
