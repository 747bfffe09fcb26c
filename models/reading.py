"""Reads the book beside the event loop: one thread with one connection."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from models.errors import StoreError
from models.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.connection import Connection
    from models.lists import Query, Row, RowKey
    from models.store import Store

Answer = TypeVar("Answer")

ANSWER_SECONDS = 30.0
"""How long a question may take before the person is told that there is no answer."""
CLOSE_SECONDS = 3.0
"""How long the end of the program waits for the thread."""


class Reader:
    """Answers questions to the book in the order they come, never on the event loop's thread.

    Its thread is a daemon: a database that does not answer never keeps the program from ending.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._work: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._connection: Connection | None = None
        self._thread = Thread(target=self._run, name="reader", daemon=True)
        self._thread.start()

    async def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """Return what `question` answers, given the reading connection.

        Raises:
            StoreError: the book cannot be read, or does not answer in time.
        """
        try:
            return await asyncio.wait_for(
                self.aside(lambda: question(self._connected())), ANSWER_SECONDS
            )
        except TimeoutError:
            raise StoreError(
                _("The database does not answer."),
                _("What is shown is as it was; r tries again, ctrl+q leaves."),
            ) from None

    async def aside(self, work: Callable[[], Answer]) -> Answer:
        """Return what `work` returns; it runs in the reading thread."""
        future: Future[Answer] = Future()
        self._work.put((work, future))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Stop reading; what still runs is interrupted, and not waited for for long."""
        connection = self._connection
        self._work.put(None)
        if connection is not None:
            connection.interrupt()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while (task := self._work.get()) is not None:
            work, future = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - handed to whoever asked
                future.set_exception(error)
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
