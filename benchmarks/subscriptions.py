"""Row 17: the list of 50,000 subscriptions of 10,000 customers, by its queries."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.asking import Asking
from benchmarks.books import Book
from benchmarks.figures import Unit, slow_ones, within
from benchmarks.queries import COUNT, ROWS_LARGE, SORTED
from partnerdesk.models.core.clock import now, to_millis
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.spec import Sort
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.models.subscriptions.list import SUBSCRIPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench
    from benchmarks.figures import Figure
    from partnerdesk.models.lists.query import Query

MANY = 50_000
WORDS = ("m", "mi", "mic", "exch", "premium", "fab", "gmbh", "bygg", "e3", "plan 1", "qzxv")
TERMS = (
    "renews<30d", "renews<30d status:active", "auto:no", "auto:no status:active",
    "status:suspended", "-window:never status:active", "then:extended", "then:changes",
    "seats>50", "customer:fab seats>50", "product:premium", "term:P1M renews<7d", "price:20.60",
)  # fmt: skip


def long_list(bench: Bench) -> Iterator[Figure]:
    """Measure opening, filters, sorts and counts."""
    book = _filled(bench)
    ids = tuple(account.id for account in book.accounts())
    usual = _filtered(_query(ids), "")
    size = f"{MANY:,} subscriptions"
    opened, rows, counts = [], [], []
    for _turn in range(7):
        with Asking(book.store) as asking:
            opened.append(asking.shown(usual).until_rows)
    with Asking(book.store) as asking:
        cursor = asking.shown(usual).rows[0]
        for text in (*WORDS, *TERMS):
            shown = asking.shown(_filtered(usual, text), cursor)
            rows.append(shown.until_rows)
            counts.append(shown.until_count)
        orders = [
            Sort(column.name, descending)
            for column in SUBSCRIPTIONS.sortable()
            for descending in (False, True)
        ]
        sorts = [asking.shown(replace(usual, sort=order)).until_rows for order in orders]
    yield slow_ones(17, f"Opening the list of {size}", opened, ROWS_LARGE)
    yield slow_ones(17, f"Filter to rows in {size}", rows, ROWS_LARGE)
    yield slow_ones(17, f"Exact count in {size}", counts, COUNT)
    middle = Unit.MILLISECONDS.written(median(sorts))
    yield within(17, f"Sorted rows of {size}, slowest", max(sorts), Unit.MILLISECONDS, SORTED,
                 peer=f"median {middle}")  # fmt: skip


def _query(accounts: tuple[int, ...]) -> Query:
    from partnerdesk.models.lists.filter_parser import NO_FILTER
    from partnerdesk.models.lists.query import Query

    return Query(SUBSCRIPTIONS, accounts, NO_FILTER, SUBSCRIPTIONS.default_sort)


def _filtered(query: Query, text: str) -> Query:
    present = now()
    return replace(query, filter=parse(text, SUBSCRIPTIONS, present), at=to_millis(present))


def _filled(bench: Bench) -> Book:
    """Return a copy of the book of 10,000 customers with as many subscriptions as wanted.

    Those of the demo book are repeated without their Microsoft ID.
    """
    middle = bench.middle_book
    assert isinstance(middle.database, SqliteFile)
    file = bench.folder / "subscriptions.db"
    shutil.copyfile(middle.database.path, file)
    with closing(sqlite3.connect(file)) as book:
        names = [row[1] for row in book.execute("PRAGMA table_info(subscriptions)")]
        kept = [name for name in names if name not in ("id", "microsoft_id")]
        columns = ", ".join(kept)
        (count,) = book.execute("SELECT count(*) FROM subscriptions").fetchone()
        while count < MANY:
            more = book.execute(
                f"INSERT INTO subscriptions ({columns}) SELECT {columns} FROM subscriptions "
                "ORDER BY id LIMIT ?",
                (min(count, MANY - count),),
            )
            count += more.rowcount
        book.commit()
    return Book(middle.size, SqliteFile(file))
