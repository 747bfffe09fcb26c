"""Books whose columns hold what the program never wrote, and readings of all that is shown."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from partnerdesk.models.lists.details import row_details
from partnerdesk.models.lists.export import plain_value
from partnerdesk.models.lists.filter_parser import NO_FILTER
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.spec import Sort, cell_text
from partnerdesk.models.operations.registry import LISTS, tables
from partnerdesk.tui.screens import screen_class
from tests.support.books import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from partnerdesk.models.lists.spec import ListSpec
    from partnerdesk.models.session import AppSession

BAD_TEXT = object()
"""Stands for bytes that are no UTF-8, stored as text."""
HOSTILE: dict[str, Any] = {
    "blob": b"\x00\xff\xfe",
    "empty blob": b"",
    "text": "abc",
    "no text": "",
    "escapes": "a\0b\x1b[2J\x1b]0;x\x07[bold]\u202e",
    "no UTF-8": BAD_TEXT,
    "greatest": 2**63 - 1,
    "least": -(2**63),
    "fraction": 1.5,
    "infinite": float("inf"),
    "null": None,
    "deep": "[" * 100_000,
    "a list": "[1]",
    "other JSON": '{"steps": 3, "calls": [1], "kind": null, "target": {}}',
    "long number": '{"a": ' + "9" * 5_000 + "}",
}
"""What a column of SQLite takes, whatever its type."""
PAGES = {
    "customers": "customer", "invitations": "invitation", "changes": "change",
    "subscriptions": "subscription", "delegated_admin_relationships": "delegation",
}  # fmt: skip
"""The pages of the records, by table."""


def columns() -> list[tuple[str, str]]:
    """Return every table and column, without keys and what points to other rows."""
    return [
        (table.name, column.name)
        for table in tables()
        for column in table.columns
        if not column.primary_key and not column.foreign_keys
    ]


def spoil(
    book: Path,
    value: Any,
    where: Iterable[tuple[str, str]],
    row: Callable[[int], int] = lambda place: place,
) -> set[tuple[str, str]]:
    """Put a value into columns, each in a row of its own; return those that took it.

    `row` says which row, of the number of the column in its table.
    """
    taken, places = set[tuple[str, str]](), dict[str, int]()
    marked, given = ("CAST(x'ff41fe1b' AS TEXT)", ()) if value is BAD_TEXT else ("?", (value,))
    with closing(sqlite3.connect(book, isolation_level=None)) as raw:
        raw.create_function("fold", 1, str)
        for table, column in where:
            ids = [id for (id,) in raw.execute(f"SELECT rowid FROM {table} ORDER BY rowid")]  # noqa: S608
            place = places[table] = places.get(table, -1) + 1
            if not ids:
                continue
            statement = f"UPDATE {table} SET {column} = {marked} WHERE rowid = ?"  # noqa: S608
            try:
                raw.execute(statement, (*given, ids[row(place) % len(ids)]))
            except (sqlite3.IntegrityError, OverflowError):
                continue
            taken.add((table, column))
    return taken


def texts_of_list(desk: AppSession, spec: ListSpec, sorts: Iterable[Sort]) -> Iterator[str]:
    """Yield all that a list, its details and its exports show."""
    with closing(desk.store.connect()) as book:
        accounts = tuple(row[0] for row in book.rows("SELECT id FROM partner_accounts"))
        for sort in sorts:
            for number, row in enumerate(Query(spec, accounts, NO_FILTER, sort).walk(book, 40)):
                assert number < 1_000, "the list does not end"
                for column, value in zip(spec.columns, row.values, strict=True):
                    yield cell_text(column, value, NOW)
                    yield repr(plain_value(column, value))
                for _title, lines in row_details(spec, row, {}, NOW):
                    yield from (line.text for line in lines)


def texts_of_lists(desk: AppSession) -> Iterator[str]:
    """Yield all that every list shows, in every order."""
    for spec in LISTS.values():
        orders = [
            Sort(column.name, way)
            for way, column in zip((True, False) * 9, spec.sortable(), strict=False)
        ]
        yield from texts_of_list(desk, spec, orders)


async def no_screen(*_given: object, **_named: object) -> None:
    """Open nothing."""


def keys_of(desk: AppSession, table: str) -> list[int]:
    """Return the keys of the first rows of a table."""
    with closing(desk.store.connect()) as book:
        rows = book.rows(f"SELECT id FROM {table} ORDER BY id LIMIT 24")  # noqa: S608
    return [row[0] for row in rows]


async def texts_of_page(desk: AppSession, table: str, key: int) -> list[str]:
    """Return the texts of a record's page."""
    sections = await screen_class(PAGES[table]).read_details(desk, key, no_screen)
    return [text for one in sections for field in one.fields for text in (field.label, field.text)]
