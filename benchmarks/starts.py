"""Rows 1 to 3: the time until the first frame, and until the last list, is on the screen."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from benchmarks.bench import BOOK_IS_OPEN, LEAVE, open_list
from benchmarks.figures import Figure, Unit, against

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench
    from benchmarks.books import Book
    from benchmarks.terminal import Session

OLD_PICTURE = "Opening the book"
"""The text of the status line while the picture of the previous run is shown."""


def first_frame(bench: Bench) -> Iterator[Figure]:
    """Row 1: the first frame, compared with a bare app's; the programs start in turn."""
    book = bench.middle_book
    with_picture, without = _Started(bench, book), _Started(bench, book, first_picture=False)
    with_picture.leave()
    bares = []
    for number in range(bench.starts + 1):
        bare = _bare(bench)
        for console in (with_picture, without):
            console.start("partnerdesk")
        if number:  # the first start warms the caches
            bares.append(bare)
    yield against(
        1, "First frame", median(with_picture.shown[1:]), median(bares),
        Unit.SECONDS, "bare Textual app", most=1.15,
    )  # fmt: skip
    yield against(
        1, "- nothing kept: a first start", median(without.shown[1:]), median(bares),
        Unit.SECONDS, "bare Textual app",
    )  # fmt: skip


def last_list(bench: Bench) -> Iterator[Figure]:
    """Rows 2 and 3: the rows of the list that was open when the console was left."""
    large, small = bench.large_book, bench.small_book
    over_large, over_small = (_Started(bench, book, start="last") for book in (large, small))
    for console in (over_large, over_small):
        console.leave(in_the_list=True)
    bares = []
    for _ in range(bench.starts):
        bares.append(_bare(bench))
        for console in (over_large, over_small):
            console.start(console.book.name(0))
    yield against(
        2, f"Rows of the last list, {large.size:,} customers", median(over_large.shown),
        median(bares), Unit.SECONDS, "bare Textual app", most=1.6, goal="≤ 1.6 (aim 1.25)",
    )  # fmt: skip
    yield against(
        2, "- read anew from the book", median(over_large.true), median(bares),
        Unit.SECONDS, "bare Textual app",
    )  # fmt: skip
    yield against(
        3, f"Rows of the last list, read anew, {large.size:,} customers", median(over_large.true),
        median(over_small.true), Unit.SECONDS, f"{small.size:,} customers", most=1.1,
    )  # fmt: skip


class _Started:
    """A console that is started several times over one book."""

    def __init__(self, bench: Bench, book: Book, **settings: object) -> None:
        self._bench, self._home, self._settings = bench, bench.home(), settings
        self.book = book
        self.shown: list[float] = []
        """Seconds of each start until the awaited text was on the screen."""
        self.true: list[float] = []
        """Seconds of each start until the picture of the previous run was replaced."""

    def leave(self, *, in_the_list: bool = False) -> None:
        """Start the console once, go to the customers if `in_the_list`, and leave it."""
        with self._session() as session:
            if in_the_list:
                open_list(session, self.book)
            else:
                session.wait_for(BOOK_IS_OPEN)
                session.settle()
            session.press(LEAVE)
            session.wait_for_end()

    def start(self, awaited: str) -> None:
        """Start the console; time until a text is shown, and until the old picture is replaced."""
        with self._session() as session:
            self.shown.append(session.seconds_to(awaited))
            if not self._settings.get("first_picture", True):
                return
            session.wait_for(OLD_PICTURE)
            self.true.append(session.when_gone(OLD_PICTURE) - session.started)

    def _session(self) -> Session:
        return self._bench.plainly(self.book, self._home, **self._settings)


def _bare(bench: Bench) -> float:
    with bench.peer("bare") as session:
        return session.seconds_to("bare")
