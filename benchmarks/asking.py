"""Run the queries of the list screen, over the same threads and connections, and time them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

from partnerdesk.models.database.reader import Reader
from partnerdesk.models.lists.row_source import RowsRequest
from partnerdesk.models.lists.store_rows import StoreRows

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.lists.query import Query
    from partnerdesk.models.lists.spec import Row

PAGE = 36
"""Rows that the list shows on a screen of 120×40."""
SPARE = 2 * PAGE
"""Rows that the list keeps in memory above and below the visible rows."""
COUNTERS = 2
"""Counting threads beside the thread that reads rows: as many as the console has."""

Answer = TypeVar("Answer")


class Shown(NamedTuple):
    """The rows and the count that the list shows after a query, and the seconds of each."""

    rows: list[Row]
    until_rows: float
    total: int
    until_count: float
    """Seconds from the rows until the exact count and the position of the cursor."""


class Asking:
    """The list's reading threads with open connections."""

    def __init__(self, store: Store) -> None:
        self._reader = Reader(store)
        self._counters = [Reader(store) for _ in range(COUNTERS)]
        self._runner = asyncio.Runner()
        self._before: StoreRows | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for reader in (self._reader, *self._counters):
            reader.close()
        self._runner.close()

    def shown(self, query: Query, cursor: Row | None = None) -> Shown:
        """Return what the list shows for a new query.

        The cursor is on the row `cursor`, and stays on it if the row is among the new ones.
        """
        source = self._before = StoreRows(self._reader, query, self._counters, self._before)
        request = RowsRequest(cursor.key if cursor else 0, SPARE, PAGE + SPARE, PAGE, near=cursor)
        until_rows, opening = self._timed(lambda: source.opening(request))
        until_count, (_start, total) = self._timed(lambda: source.settle(opening))
        return Shown(opening.rows, until_rows, total, until_count)

    def window(self, query: Query, place: int, total: int) -> float:
        """Return the seconds to read the rows around a position, none of them in memory."""
        source = self._source(query)
        start = max(place - SPARE, 0)
        return self._timed(lambda: source.window(start, PAGE + 2 * SPARE, total))[0]

    def jump(self, query: Query, text: str) -> float:
        """Return the seconds to read the first rows that begin with `text`."""
        source = self._source(query)
        request = RowsRequest(0, SPARE, PAGE + SPARE, PAGE, text=text)
        return self._timed(lambda: source.opening(request))[0]

    def _source(self, query: Query) -> StoreRows:
        """Return the row source of a query; the same source while the query stays."""
        if self._before is None or self._before.query != query:
            self._before = StoreRows(self._reader, query, self._counters)
        return self._before

    def _timed(self, question: Callable[[], Awaitable[Answer]]) -> tuple[float, Answer]:
        async def timed() -> tuple[float, Answer]:
            start = time.perf_counter()
            answer = await question()
            return time.perf_counter() - start, answer

        return self._runner.run(timed())
