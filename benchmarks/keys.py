"""Rows 4 and 8: the time of keys in a long list, from the key to the last byte of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.bench import open_list
from benchmarks.figures import Figure, Unit, against, p95, slow_ones

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench
    from benchmarks.books import Book
    from benchmarks.terminal import Session

STEPS = 60
"""Moves in each direction: more than a page, so that some of them scroll."""
FAR_MOVES = 15
FAR = 0.1
"""Seconds allowed for a move to any position."""
PEER_ROWS = 100


def cursor(bench: Bench) -> Iterator[Figure]:
    """Row 4: moves at the start, in the middle and at the end, compared with a DataTable."""
    book = bench.large_book
    theirs = _peer(bench)
    with bench.console(book) as session:
        open_list(session, book)
        ours = _walk(session, "down", "up")
        go_to_the_middle(session, book)
        ours += _walk(session, "down", "up")
        session.press_until("end", book.name(-1))
        ours += _walk(session, "up", "down")
    theirs += _peer(bench)
    yield against(
        4, f"Cursor up or down in {book.size:,}, p95", p95(ours), p95(theirs),
        Unit.MILLISECONDS, f"DataTable of {PEER_ROWS} rows", most=1.0,
    )  # fmt: skip


def _peer(bench: Bench) -> list[float]:
    table = bench.shelf.table(bench.middle_book.size)
    with bench.peer("table", str(table), str(PEER_ROWS)) as session:
        session.settle(1.0)
        return _walk(session, "down", "up")


def far_moves(bench: Bench) -> Iterator[Figure]:
    """Row 8: End and Home, until the last and the first row are on the screen."""
    book = bench.large_book
    first, last = book.name(0), book.name(-1)
    with bench.console(book) as session:
        open_list(session, book)
        ends, homes = [], []
        for _ in range(FAR_MOVES):
            ends.append(session.press_until("end", last))
            homes.append(session.press_until("home", first))
    for key, times in (("End", ends), ("Home", homes)):
        yield slow_ones(8, f"{key} in {book.size:,}", times, FAR)


def go_to_the_middle(session: Session, book: Book) -> None:
    """Put the cursor on a row in the middle: filter for the row, then clear the filter.

    Enter opens the only match, the first Escape leaves its page, the second clears the filter.
    """
    row = book.row(book.size // 2)
    domain = str(row.values[1])
    session.press("/")
    session.press(*f"domain:{domain}", first=20.0, quiet=1.0)
    session.wait_for(domain[:14])
    for key in ("enter", "escape", "escape"):
        session.press(key, first=20.0, quiet=1.0)
    session.settle(1.0)


def _walk(session: Session, forth: str, back: str) -> list[float]:
    answers = [session.press(key) for key in [forth] * STEPS + [back] * STEPS]
    return [answer.seconds for answer in answers if answer.size]
