"""Rows 1 to 3: how long it takes until something, and until the last list, is on the screen."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from benchmarks.bench import LEAVE, open_list
from benchmarks.figures import Figure, Unit, against

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench
    from benchmarks.books import Book


def first_frame(bench: Bench) -> Iterator[Figure]:
    """Row 1: the first frame beside a bare app's, each started in turn."""
    book, home = bench.middle_book, bench.home()
    bares, frames = [], []
    for number in range(bench.starts + 1):
        bare = _bare(bench)
        with bench.plainly(book, home) as session:
            frame = session.seconds_to("partnerdesk")
        if number:  # the first start warms the caches
            bares.append(bare)
            frames.append(frame)
    yield against(
        1, "First frame", median(frames), median(bares), Unit.SECONDS, "bare Textual app", most=1.15
    )


def last_list(bench: Bench) -> Iterator[Figure]:
    """Rows 2 and 3: rows of the list in which the console was left."""
    large, small = bench.large_book, bench.small_book
    reopened = [_Reopened(bench, book) for book in (large, small)]
    bares = []
    for _ in range(bench.starts):
        bares.append(_bare(bench))
        for one in reopened:
            one.start()
    over_large, over_small = (median(one.seconds) for one in reopened)
    yield against(
        2, f"Rows of the last list, {large.size:,} customers", over_large, median(bares),
        Unit.SECONDS, "bare Textual app", most=1.6, goal="≤ 1.6 (aim 1.25)",
    )  # fmt: skip
    yield against(
        3, f"Rows of the last list, {large.size:,} customers", over_large, over_small,
        Unit.SECONDS, f"{small.size:,} customers", most=1.1,
    )  # fmt: skip


class _Reopened:
    """A console that is started again and again over one book, in the list it was left in."""

    def __init__(self, bench: Bench, book: Book) -> None:
        self._bench, self._book, self._home = bench, book, bench.home()
        with bench.console(book, home=self._home) as session:
            open_list(session, book)
            session.press(LEAVE)
            session.wait_for_end()
        self._first = book.name(0)
        self.seconds: list[float] = []

    def start(self) -> None:
        """Start it; take the time until the name in the first row is there."""
        with self._bench.plainly(self._book, self._home, start="last") as session:
            self.seconds.append(session.seconds_to(self._first))


def _bare(bench: Bench) -> float:
    with bench.peer("bare") as session:
        return session.seconds_to("bare")
