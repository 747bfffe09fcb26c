"""Reads every stored value by the type of its column, and says which are of another."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Boolean, Integer

from partnerdesk.models.core.stored import MILLIS
from partnerdesk.models.core.text import short_name
from partnerdesk.models.database.column_types import Choice, Moment, Whole
from partnerdesk.models.database.connection import SqliteConnection, open_sqlite
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Column, Table

    from partnerdesk.models.database.connection import Connection

LISTED = 10
"""How many values of a table are named; of the others only that there are more."""


class _Rule(NamedTuple):
    """What a column may hold."""

    column: str
    condition: str
    """SQL that a right value fulfils; empty where the database itself sees to it."""
    title: str
    """What a wrong value is not."""


def value_findings(connection: Connection, tables: Iterable[Table]) -> list[str]:
    """Return a line for each value that the program cannot have written, at most ten of a table.

    A table or column that is missing is passed over: the check of the schema names it.
    """
    is_sqlite = isinstance(connection, SqliteConnection)
    findings: list[str] = []
    for table in sorted(tables, key=lambda one: one.name):
        if not connection.has_table(table.name):
            continue
        there = _columns(connection, table.name) if is_sqlite else {*table.columns.keys()}
        keys = [column.name for column in table.primary_key if column.name in there]
        rules = [
            rule
            for column in table.columns
            if column.name in there and (rule := _rule(column, is_sqlite=is_sqlite)).condition
        ]
        if rules and keys:
            findings += _wrong(connection, table.name, keys, rules)
    return findings


def text_findings(book: Path, tables: Iterable[Table]) -> list[str]:
    """Return a line for each table of a SQLite file that holds text which is no UTF-8."""
    raw = open_sqlite(book)
    try:
        return [
            _("{table}: a text is no UTF-8.").format(table=table.name)
            for table in sorted(tables, key=lambda one: one.name)
            if not _is_readable(raw, table.name)
        ]
    finally:
        raw.close()


def _is_readable(raw: sqlite3.Connection, table: str) -> bool:
    try:
        for _row in raw.execute(f"SELECT * FROM {table}"):  # noqa: S608 - a name of the program's
            pass
    except sqlite3.OperationalError as error:
        return "decode" not in str(error)
    return True


def _columns(connection: Connection, table: str) -> set[str]:
    return {row[0] for row in connection.rows("SELECT name FROM pragma_table_info(?)", (table,))}


def _rule(column: Column[object], *, is_sqlite: bool) -> _Rule:
    name, kind = column.name, column.type
    typed, condition, title = "integer", "", _("a whole number")
    if isinstance(kind, Moment):
        condition = f"{name} BETWEEN {MILLIS.start} AND {MILLIS.stop - 1}"
        title = _("a moment")
    elif isinstance(kind, Choice):
        listed = ", ".join(f"'{member}'" for member in kind.kind)
        typed, condition, title = "text", f"{name} IN ({listed})", _("one of its values")
    elif isinstance(kind, Boolean):
        condition, title = f"{name} IN (0, 1)" if is_sqlite else "", _("yes or no")
    elif not isinstance(kind, (Integer, Whole)):
        typed, title = "text", _("text")
    if is_sqlite:
        of_type = f"typeof({name}) = '{typed}'"
        condition = f"{of_type} AND {condition}" if condition else of_type
    if condition and column.nullable:
        condition = f"{name} IS NULL OR ({condition})"
    return _Rule(name, condition, title)


def _wrong(
    connection: Connection, table: str, keys: list[str], rules: list[_Rule]
) -> Iterator[str]:
    """Yield the lines about one table, whose rows are read once."""
    key = ", ".join(keys)
    right = ", ".join(f"coalesce({rule.condition}, FALSE)" for rule in rules)
    wrong = " OR ".join(f"NOT coalesce({rule.condition}, FALSE)" for rule in rules)
    values = ", ".join(rule.column for rule in rules)
    rows = connection.rows(
        f"SELECT {key}, {right}, {values} FROM {table} WHERE {wrong} "  # noqa: S608 - no given text
        f"ORDER BY {key} LIMIT {LISTED + 1}"
    )
    text, told = _("{table} {row}: {column} is not {kind}: {value}"), 0
    for row in rows:
        many = len(keys)
        row_key = " ".join(str(part) for part in row[:many])
        judged, held = row[many : many + len(rules)], row[many + len(rules) :]
        for rule, is_right, value in zip(rules, judged, held, strict=True):
            if is_right:
                continue
            if told == LISTED:
                yield _("{table}: there are more such values.").format(table=table)
                return
            told += 1
            yield text.format(
                table=table, row=short_name(row_key), column=rule.column, kind=rule.title,
                value=_("nothing") if value is None else short_name(str(value)),
            )  # fmt: skip
