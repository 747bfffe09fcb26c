"""Reads the book beside the event loop: one thread with one connection."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.connection import Connection
    from models.lists import Query, Row, RowKey
    from models.store import Store

Answer = TypeVar("Answer")


class Reader:
    """Answers questions to the book in the order they come, never on the event loop's thread."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader")
        self._connection: Connection | None = None

    async def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """Return what `question` answers, given the reading connection.

        Raises:
            StoreError: the book cannot be read.
        """
        return await self.aside(lambda: question(self._connected()))

    async def aside(self, work: Callable[[], Answer]) -> Answer:
        """Return what `work` returns; it runs in the reading thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Stop reading; what still runs is interrupted."""
        if self._connection is not None:
            self._connection.interrupt()
        self._thread.shutdown(wait=True, cancel_futures=True)
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self.store.connect()
        return self._connection


class StoreRows:
    """The rows of a query, as a table on the screen asks for them."""

    def __init__(self, reader: Reader, query: Query) -> None:
        self._reader = reader
        self.query = query

    async def count(self) -> int:
        """Return how many rows there are."""
        return await self._reader.ask(self.query.count)

    async def window(self, start: int, length: int) -> list[Row]:
        """Return at most `length` rows from place `start` on."""
        return await self._reader.ask(lambda book: self.query.window(book, start, length))

    async def position_of(self, key: RowKey) -> int | None:
        """Return the place of a row, or None where it is not in the list."""
        return await self._reader.ask(lambda book: self.query.position_of(book, key))
