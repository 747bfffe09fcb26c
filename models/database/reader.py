"""Reads the book beside the event loop: one thread with one connection."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from time import sleep
from typing import TYPE_CHECKING, Any, TypeVar

from partnerdesk.models.core.errors import StoreError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.database.store import Store

Answer = TypeVar("Answer")

ANSWER_SECONDS = 30.0
"""How long a question may take before the person is told that there is no answer."""
STOP_SECONDS = 0.05
"""How long a question that is to be stopped has until it is told so again."""
CLOSE_SECONDS = 1.0
"""How long the end of the program waits for the thread."""


class Reader:
    """Answers questions to the book in the order they come, never on the event loop's thread.

    Its thread is a daemon: a database that does not answer never keeps the program from ending.
    A question that nobody waits for any more is dropped, and stopped where it is being answered.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._work: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._connection: Connection | None = None
        self._answering: Future[Any] | None = None
        self._turn = Lock()
        """Held while what is being answered changes, so that the right question is stopped."""
        self._thread = Thread(target=self._run, name="reader", daemon=True)
        self._thread.start()

    async def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """Return what `question` answers, given the reading connection.

        Raises:
            StoreError: the book cannot be read, or does not answer in time.
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
        """Let this reader answer a question while another thread answers one in the block.

        A question that was not waited for to its end is stopped.
        """
        future = self.begin(lambda: question(self.connected()))
        try:
            yield future
        finally:
            if not future.done() and not future.cancel():
                self._stop(future)

    async def aside(self, work: Callable[[], Answer]) -> Answer:
        """Return what `work` returns; it runs in the reading thread.

        It is done whether or not somebody still waits for it, since it may write.
        """
        return await asyncio.shield(asyncio.wrap_future(self.begin(work)))

    def stop(self) -> None:
        """Take no more questions; the one that is being answered is interrupted."""
        connection = self._connection
        self._work.put(None)
        if connection is not None:
            connection.interrupt()

    def close(self) -> None:
        """Stop reading; what still runs is not waited for for long."""
        self.stop()
        self._thread.join(CLOSE_SECONDS)

    def begin(self, work: Callable[[], Answer]) -> Future[Answer]:
        """Let the reading thread do some work, and return what will hold what it returns."""
        future: Future[Answer] = Future()
        self._work.put((work, future))
        return future

    def _stop(self, future: Future[Any]) -> None:
        """Stop answering a question, if it is the one that is being answered.

        In a thread, since a server is told so over the network.
        """

        def stop() -> None:
            with self._turn:
                pass  # from here on it is known which one is being answered
            while self._answering is future:  # again, where it was between two statements
                with self._turn:
                    if self._answering is future and self._connection is not None:
                        self._connection.interrupt()
                sleep(STOP_SECONDS)

        if future.running():
            Thread(target=stop, name="stop", daemon=True).start()

    def _run(self) -> None:
        while (task := self._work.get()) is not None:
            work, future = task
            with self._turn:
                if not future.set_running_or_notify_cancel():
                    continue
                self._answering = future
            try:
                answer = work()
            except BaseException as error:  # noqa: BLE001 - handed to whoever asked
                settled: Callable[[], None] = partial(future.set_exception, error)
            else:
                settled = partial(future.set_result, answer)
            with self._turn:
                self._answering = None
            settled()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def connected(self) -> Connection:
        """Return the reading connection. For the reading thread alone."""
        if self._connection is None:
            self._connection = self.store.connect()
        return self._connection
