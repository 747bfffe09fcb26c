"""Rows 8 to 10: the queries of the list, without the screen, over an open connection."""

from __future__ import annotations

import random
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.asking import Asking
from benchmarks.figures import Figure, Unit, slow_ones, within
from benchmarks.keys import FAR
from benchmarks.words import SEED, Typed, typed
from partnerdesk.models.core.clock import now, to_millis
from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.spec import Sort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.asking import Shown
    from benchmarks.bench import Bench
    from benchmarks.books import Book
    from partnerdesk.models.lists.query import Query

ROWS_LARGE, ROWS_SMALL = 0.05, 0.016
"""Seconds allowed until the rows are read, in the large book and in the book of 10,000."""
COUNT = 0.3
"""Seconds allowed until the exact count is known."""
SORTED = 0.1
FAR_MOVES = 30
SORT_FILTERS = ("", "bygg", "country:de -tag:vip")


def far_windows(bench: Bench) -> Iterator[Figure]:
    """Row 8: dragging the scroll bar to the middle, and jumping to a letter."""
    return far_windows_of(bench.large_book)


def filters(bench: Bench) -> Iterator[Figure]:
    """Row 9: filters, in both books."""
    yield from filters_of(bench.large_book, ROWS_LARGE)
    yield from filters_of(bench.middle_book, ROWS_SMALL)


def sorts(bench: Bench) -> Iterator[Figure]:
    """Row 10: sorts."""
    return sorts_of(bench.large_book)


def far_windows_of(book: Book, server: str = "", times: int = 1) -> Iterator[Figure]:
    """Measure row 8 over a book in SQLite or PostgreSQL; `times` multiplies the limits."""
    draw = random.Random(SEED)
    query = book.query()
    with Asking(book.store) as asking:
        total = asking.shown(query).total
        places = [draw.randrange(total // 4, 3 * total // 4) for _ in range(FAR_MOVES)]
        drags = [asking.window(query, place, total) for place in places]
        letters = [draw.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(FAR_MOVES)]
        jumps = [asking.jump(query, letter) for letter in letters]
    size = f"{book.size:,}{server}"
    yield slow_ones(8, f"Drag to the middle of {size}", drags, FAR * times)
    yield slow_ones(8, f"Jump to a letter in {size}", jumps, FAR * times)


def filters_of(book: Book, most: float, server: str = "", times: int = 1) -> Iterator[Figure]:
    """Measure row 9 over a book in SQLite or PostgreSQL: rows and count after each key."""
    usual = book.query()
    rows: dict[str, list[float]] = {}
    counts: list[float] = []
    with Asking(book.store) as asking:
        cursor = asking.shown(usual).rows[0]
        for state in typed(book):
            shown = asking.shown(_filtered(usual, state.text), cursor)
            _check(book, state, shown)
            rows.setdefault(state.kind, []).append(shown.until_rows)
            counts.append(shown.until_count)
    size = f"{book.size:,}{server}"
    everything = [seconds for kind in rows.values() for seconds in kind]
    yield slow_ones(9, f"Filter key to rows in {size}", everything, most * times)
    for kind, seconds in rows.items():
        yield slow_ones(9, f"- {kind}, in {size}", seconds, most * times)
    yield slow_ones(9, f"Exact count in {size}", counts, COUNT * times)


def sorts_of(book: Book, server: str = "", times: int = 1) -> Iterator[Figure]:
    """Measure row 10 over a book: each column in both orders, with filters and without."""
    usual = book.query()
    size = f"{book.size:,}{server}"
    orders = [
        Sort(column.name, descending)
        for column in CUSTOMERS.sortable()
        for descending in (False, True)
    ]
    with Asking(book.store) as asking:
        asking.shown(usual)
        for text in SORT_FILTERS:
            query = _filtered(usual, text)
            seconds = {
                order: asking.shown(replace(query, sort=order)).until_rows for order in orders
            }
            slowest = max(orders, key=lambda order: seconds[order])
            filtered = f"filter {text}" if text else "no filter"
            way = f"{slowest.column} {'▼' if slowest.descending else '▲'}"
            middle = Unit.MILLISECONDS.written(median(seconds.values()))
            yield within(
                10, f"Sorted rows of {size}, {filtered}, slowest ({way})", seconds[slowest],
                Unit.MILLISECONDS, SORTED * times, peer=f"median {middle}",
            )  # fmt: skip


def _filtered(query: Query, text: str) -> Query:
    present = now()
    return replace(query, filter=parse(text, CUSTOMERS, present), at=to_millis(present))


def _check(book: Book, state: Typed, shown: Shown) -> None:
    """Raise if a row found by words does not contain these words.

    Raises:
        AssertionError: a row lacks a word.
    """
    if state.kind == "field terms" or not shown.rows:
        return
    keys = ", ".join(str(row.key) for row in shown.rows)
    connection = book.store.connect()
    try:
        texts = connection.rows(
            f"SELECT {CUSTOMERS.words}, {CUSTOMERS.column('id').folded} "
            f"FROM {CUSTOMERS.table} WHERE {CUSTOMERS.key} IN ({keys})"
        )
    finally:
        connection.close()
    for text in texts:
        if not all(any(word in part for part in text) for word in fold(state.text).split()):
            raise AssertionError(f"{state.text!r} found {text!r}")
