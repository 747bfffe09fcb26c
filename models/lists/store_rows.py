"""The row source over the book."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from partnerdesk.models.lists.row_source import RowSource
from partnerdesk.models.lists.search import Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.database.reader import Reader
    from partnerdesk.models.lists.query import Query
    from partnerdesk.models.lists.row_source import Opening, RowsRequest
    from partnerdesk.models.lists.spec import Row, RowKey


class StoreRows(RowSource):
    """The rows of a query, for a table on the screen.

    One reader reads the rows; other readers count rows and find places, which may take longer.
    """

    def __init__(
        self,
        reader: Reader,
        query: Query,
        counters: Sequence[Reader] = (),
        before: StoreRows | None = None,
    ) -> None:
        """Begin without reading anything.

        Args:
            reader: the reader of the rows.
            query: the rows to read.
            counters: the readers that count in parallel.
            before: the previous source over the same state of the book.
        """
        self._reader = reader
        self._counters = counters or (reader,)
        self.query = query
        helper = self._counters[-1] if counters else None
        self.search: Search = Search(query, helper, before.search if before else None)

    async def count(self) -> int:
        """Return how many rows there are."""
        search, readers = self.search, len(self._counters)
        if readers < 2 or search.is_known or not search.scans_all:
            return await self._counters[0].ask(search.count)
        parts = await self._counters[0].ask(lambda book: self.query.parts(book, readers))
        counting = [
            asyncio.ensure_future(counter.ask(part.count))
            for counter, part in zip(self._counters, parts, strict=False)
        ]
        try:
            return sum(await asyncio.gather(*counting))
        except BaseException:
            for one in counting:
                one.cancel()
            raise

    async def window(
        self, start: int, length: int, total: int = 0, held: Sequence[tuple[int, Row]] = ()
    ) -> list[Row]:
        """Return at most `length` rows from place `start` on."""
        search = self.search
        return await self._reader.ask(lambda book: search.window(book, start, length, total, held))

    async def place_of_key(self, key: RowKey) -> int | None:
        """Return the place of a row; None if the row is not in the list."""
        return await self._counters[0].ask(lambda book: self.search.place_of_key(book, key))

    async def opening(self, request: RowsRequest) -> Opening:
        """Return the rows to show first, even if they are not counted yet."""
        return await self._reader.ask(lambda book: self.search.opening(book, request))

    async def settle(self, opening: Opening) -> tuple[int, int]:
        """Return start and total of an opening; count what is not counted yet."""
        total = opening.total if opening.total is not None else await self.count()
        start = opening.start
        if start is None:
            first = opening.rows[0]
            start = await self._counters[0].ask(lambda book: self.search.place_of_row(book, first))
        return start, max(total, start + len(opening.rows))
