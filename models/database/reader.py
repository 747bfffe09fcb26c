"""Reads the book beside the event loop, in one thread with one connection."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Lock, Thread
from time import sleep
from typing import TYPE_CHECKING, Any, TypeVar

from partnerdesk.models.core.errors import StoreError
from partnerdesk.models.core.outcome import outcome
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.database.store import Store

Answer = TypeVar("Answer")

ANSWER_SECONDS = 30.0
"""How long a question may take before `ask` fails because the database does not answer."""
STOP_SECONDS = 0.05
"""How long to wait before a question that is still running is interrupted again."""
CLOSE_SECONDS = 1.0
"""How long the end of the program waits for the reading thread."""


class Reader:
    """Answers questions about the book in their order, in a thread beside the event loop.

    The thread is a daemon, so a database that does not answer never keeps the program from ending.
    A question that nobody awaits any more is removed from the queue, or interrupted if it runs.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._work: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._connection: Connection | None = None
        self._answering: Future[Any] | None = None
        self._lock = Lock()
        """Guards changes of `_answering`, so that `_stop` interrupts the right question."""
        self._thread = Thread(target=self._run, name="reader", daemon=True)
        self._thread.start()

    async def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """Return the answer of `question`, which gets the reading connection.

        Raises:
            StoreError: the book cannot be read, or the database does not answer in time.
        """
        future = self.begin(lambda: question(self.connected()))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), ANSWER_SECONDS)
        except TimeoutError:
            self._stop(future)
            raise StoreError(
                _("The database does not answer."),
                _("What is shown is as it was; r tries again, ctrl+q leaves."),
            ) from None
        except asyncio.CancelledError:
            self._stop(future)
            raise

    @contextmanager
    def beside(self, question: Callable[[Connection], Answer]) -> Iterator[Future[Answer]]:
        """Start a question in this reader's thread and yield its future, for work in parallel.

        The question is stopped if it is still unanswered when the block ends.
        """
        future = self.begin(lambda: question(self.connected()))
        try:
            yield future
        finally:
            if not future.done() and not future.cancel():
                self._stop(future)

    async def aside(self, work: Callable[[], Answer]) -> Answer:
        """Run `work` in the reading thread and return its result.

        A cancelled caller does not stop `work`, since it may write.
        """
        return await asyncio.shield(asyncio.wrap_future(self.begin(work)))

    def stop(self) -> None:
        """Let the thread end after the queued questions, and interrupt the question that runs."""
        connection = self._connection
        self._work.put(None)
        if connection is not None:
            connection.interrupt()

    def close(self) -> None:
        """Stop, and wait at most `CLOSE_SECONDS` for the thread to end."""
        self.stop()
        self._thread.join(CLOSE_SECONDS)

    def begin(self, work: Callable[[], Answer]) -> Future[Answer]:
        """Queue `work` for the reading thread, and return the future of its result."""
        future: Future[Answer] = Future()
        self._work.put((work, future))
        return future

    def _stop(self, future: Future[Any]) -> None:
        """Interrupt a question if it is running.

        Another thread does so, since a server is interrupted over the network.
        """

        def stop() -> None:
            with self._lock:
                pass  # now `_answering` is set: `running()` turns true just before
            while self._answering is future:  # repeated: between statements it has no effect
                with self._lock:
                    if self._answering is future and self._connection is not None:
                        self._connection.interrupt()
                sleep(STOP_SECONDS)

        if future.running():
            Thread(target=stop, name="stop", daemon=True).start()

    def _run(self) -> None:
        while (task := self._work.get()) is not None:
            work, future = task
            with self._lock:
                if not future.set_running_or_notify_cancel():
                    continue
                self._answering = future
            settle = outcome(future, work)
            with self._lock:
                self._answering = None
            settle()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def connected(self) -> Connection:
        """Return the connection, opened on first use; only the reading thread may call this."""
        if self._connection is None:
            self._connection = self.store.connect()
        return self._connection
