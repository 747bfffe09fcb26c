"""Row 13: keys in the list while another process imports into the same book."""

from __future__ import annotations

import subprocess
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.bench import open_list
from benchmarks.books import python
from benchmarks.figures import Figure, Unit, against, p95, text_figure
from benchmarks.imports import IMPORTED, portal_export
from benchmarks.keys import go_to_the_middle
from benchmarks.terminal import ROOT
from partnerdesk.models.core.clock import now
from partnerdesk.models.lists.spec import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.bench import Bench
    from benchmarks.books import Book
    from benchmarks.terminal import Session
    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.lists.query import Query
    from partnerdesk.models.lists.spec import Row

WALK = ("down",) * 6 + ("pagedown",) + ("up",) * 3 + ("pageup", "pagedown")
BEFORE = 10
"""The number of walks before the import."""
AS_BEFORE = 1.25
"""The largest allowed ratio of times during the import to times before it."""
LOOKED = 3.0
"""Seconds after which the console has noticed a change of the book."""
CURSOR = "▌"
SHOWN = 14
"""Characters of a cell that are shown even in the narrowest column."""
NEAR = 120
"""The distance in rows within which the cursor's row is searched in the book."""


@dataclass
class _Walker:
    """Moves in the list and compares each row under the cursor with the book."""

    session: Session
    query: Query
    before: Connection
    """Reads a snapshot of the book before the import."""
    present: Connection
    place: int
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    compared: int = 0

    def walk(self) -> None:
        """Press the keys of a walk."""
        for key in WALK:
            answer = self.session.press(key)
            self.seconds.append(answer.seconds)
            self.compare()

    def compare(self) -> None:
        """Compare the row under the cursor with the book; record an error in the status line."""
        lines = self.session.look()
        here = next((line for line in lines if line.startswith(CURSOR)), "")
        self.compared += 1
        if not (self._is_in(self.before, here) or self._is_in(self.present, here)):
            self.wrong.append(f"not in the book: {here}")
        self.wrong += [f"error: {line}" for line in lines[-3:] if line.startswith(" ! ")]

    def _is_in(self, connection: Connection, line: str) -> bool:
        start = max(self.place - NEAR, 0)
        for offset, row in enumerate(self.query.window(connection, start, 2 * NEAR)):
            if _shows(line, row):
                self.place = start + offset
                return True
        return False


def while_importing(bench: Bench) -> Iterator[Figure]:
    """Row 13: the same keys before and during an import, comparing each row under the cursor."""
    book = bench.shelf.copy(bench.large, bench.folder)
    file = portal_export(bench.folder, IMPORTED)
    with (
        closing(book.store.connect()) as before,
        closing(book.store.connect()) as present,
        before.snapshot(),
        bench.console(book) as session,
    ):
        open_list(session, book)
        go_to_the_middle(session, book)
        walker = _Walker(session, book.query(), before, present, book.size // 2)
        for _ in range(BEFORE):
            walker.walk()
        quiet, walker.seconds = walker.seconds, []
        done = _walk_during(walker, bench, book, file)
        stayed = _stays(walker)
    if len(walker.seconds) > 1:
        yield against(
            13, f"Keys in {book.size:,} during an import, p95 of {len(walker.seconds)}",
            p95(walker.seconds), p95(quiet), Unit.MILLISECONDS, f"without, p95 of {len(quiet)}",
            most=AS_BEFORE,
        )  # fmt: skip
    problems = [*walker.wrong, *([] if stayed else ["the cursor left its row"])]
    problems += [] if done else ["the import failed"]
    text = "; ".join(problems[:2]) or f"none in {walker.compared}"
    yield text_figure(
        13, "Wrong rows under the cursor, error texts", text, met=not problems, goal="none"
    )


def _walk_during(walker: _Walker, bench: Bench, book: Book, file: Path) -> bool:
    """Walk until an import in another process has ended; return whether the import succeeded."""
    importing = subprocess.Popen(
        python("partnerdesk", "--database", book.database.name, "customers", "import", str(file)),
        cwd=ROOT,
        env=bench.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while importing.poll() is None:
            walker.walk()
    finally:
        importing.kill()
    return importing.wait() == 0


def _stays(walker: _Walker) -> bool:
    """Return whether the cursor stays on its record after the console has seen the change."""
    lines = walker.session.look()
    under = next((line for line in lines if line.startswith(CURSOR)), "")
    walker.session.settle(LOOKED)
    after = next((line for line in walker.session.look() if line.startswith(CURSOR)), "-")
    return under[:SHOWN] == after[:SHOWN]


def _shows(line: str, row: Row) -> bool:
    """Return whether a line of the list shows the beginnings of a row's company and domain."""
    from partnerdesk.models.customers.list import CUSTOMERS

    moment = now()
    company, domain = (
        cell_text(column, value, moment)[:SHOWN].rstrip()
        for column, value in zip(CUSTOMERS.columns[:2], row.values[:2], strict=True)
    )
    return company in line and domain in line
