"""Row 11: the peak memory of the console while a person moves through a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.bench import open_list
from benchmarks.figures import Figure, Unit, against, text_figure, within

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.bench import Bench
    from benchmarks.books import Book

MOST = 120e6
LOADED = 5.0
"""Seconds without output after which VisiData, which prints its progress, has read its file."""


def peak(bench: Bench) -> Iterator[Figure]:
    """Row 11: the console over the large book, compared with the small book and VisiData."""
    large, small = bench.large_book, bench.small_book
    over_large, over_small = _console(bench, large), _console(bench, small)
    what = f"Peak memory, {large.size:,} customers"
    yield against(
        11, what, over_large, over_small, Unit.MEGABYTES, f"{small.size:,} customers", most=1.2
    )
    theirs = _visidata(bench, bench.shelf.table(large.size))
    beside = f"{Unit.MEGABYTES.written(theirs)} VisiData"
    if over_large:
        yield within(11, what, over_large, Unit.MEGABYTES, MOST, peer=beside)
    else:
        yield text_figure(11, what, "not known: this system has no /proc")


def _console(bench: Bench, book: Book) -> int:
    with bench.console(book) as session:
        open_list(session, book)
        session.press_until("end", book.name(-1))
        session.press_until("home", book.name(0))
        session.press("/")
        session.press("b", first=20.0, quiet=1.0)
        session.press("y", first=20.0, quiet=1.0)
        session.press("escape", first=20.0, quiet=1.0)
        session.press("home", quiet=1.0)
        return session.peak_memory


def _visidata(bench: Bench, table: Path) -> int:
    with bench.visidata(table) as session:
        session.settle(LOADED, limit=600.0)
        session.press("G", quiet=1.0)
        session.press("g", "g", quiet=1.0)
        return session.peak_memory
