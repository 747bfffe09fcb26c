"""Asks a book as the list on the screen does, over the same threads and connections, timed."""

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
"""Rows that it holds above and below those."""
COUNTERS = 2
"""Readers that count beside the one that reads rows: as many as the console has."""

Found = TypeVar("Found")


class Shown(NamedTuple):
    """What the list shows after a question, and how long each part took in seconds."""

    rows: list[Row]
    until_rows: float
    total: int
    until_count: float
    """From the rows until the exact count, and the place of the cursor."""


class Asking:
    """The list's readers, kept warm."""

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
        """Return what the list shows when its query is another one.

        The cursor is on the row `cursor`, and stays there where it is among the new rows.
        """
        source = self._before = StoreRows(self._reader, query, self._counters, self._before)
        request = RowsRequest(cursor.key if cursor else 0, SPARE, PAGE + SPARE, PAGE, near=cursor)
        until_rows, opening = self._timed(lambda: source.opening(request))
        until_count, (_start, total) = self._timed(lambda: source.settle(opening))
        return Shown(opening.rows, until_rows, total, until_count)

    def window(self, query: Query, place: int, total: int) -> float:
        """Return the seconds until the rows around a place are there; none of them was held."""
        source = self._source(query)
        start = max(place - SPARE, 0)
        return self._timed(lambda: source.window(start, PAGE + 2 * SPARE, total))[0]

    def jump(self, query: Query, text: str) -> float:
        """Return the seconds until the first rows that begin with `text` are there."""
        source = self._source(query)
        request = RowsRequest(0, SPARE, PAGE + SPARE, PAGE, text=text)
        return self._timed(lambda: source.opening(request))[0]

    def _source(self, query: Query) -> StoreRows:
        """Return the rows of a query: the list keeps them while it shows them."""
        if self._before is None or self._before.query != query:
            self._before = StoreRows(self._reader, query, self._counters)
        return self._before

    def _timed(self, question: Callable[[], Awaitable[Found]]) -> tuple[float, Found]:
        async def asked() -> tuple[float, Found]:
            start = time.perf_counter()
            found = await question()
            return time.perf_counter() - start, found

        return self._runner.run(asked())
