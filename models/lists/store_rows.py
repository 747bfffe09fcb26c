"""The rows of the store, as a table on the screen asks for them."""

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
    """The rows of a query, as a table on the screen asks for them.

    Rows are read by one reader; what may take longer, counts and places, by others beside it.
    """

    def __init__(
        self,
        reader: Reader, query: Query, counters: Sequence[Reader] = (),
        before: StoreRows | None = None,
    ) -> None:  # fmt: skip
        """Begin to read.

        Args:
            reader: who reads the rows.
            query: which rows.
            counters: who counts beside it.
            before: the rows that were shown before, where the book is in the same state.
        """
        self._reader = reader
        self._counters = counters or (reader,)
        self.query = query
        helper = self._counters[-1] if counters else None
        self.search: Search = Search(query, helper, before.search if before else None)

    async def count(self) -> int:
        """Return how many rows there are."""
        search, many = self.search, len(self._counters)
        if many < 2 or search.is_known or not search.looks_at_all:
            return await self._counters[0].ask(search.count)
        parts = await self._counters[0].ask(lambda book: self.query.parts(book, many))
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
        """Return the place of a row, or None where it is not in the list."""
        return await self._counters[0].ask(lambda book: self.search.place_of_key(book, key))

    async def opening(self, request: RowsRequest) -> Opening:
        """Return the rows that are seen first, whatever is not counted yet."""
        return await self._reader.ask(lambda book: self.search.opening(book, request))

    async def settle(self, opening: Opening) -> tuple[int, int]:
        """Return start and total of an opening, counted where they were not."""
        total = opening.total if opening.total is not None else await self.count()
        start = opening.start
        if start is None:
            first = opening.rows[0]
            start = await self._counters[0].ask(lambda book: self.search.place_of_row(book, first))
        return start, max(total, start + len(opening.rows))
