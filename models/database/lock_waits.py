"""Writers that wait until another process lets a SQLite book go, and can be told to stop."""

from __future__ import annotations

import sqlite3
from threading import Event, Lock
from time import monotonic
from typing import TYPE_CHECKING

from partnerdesk.models.database import connection as connections

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

STEP_SECONDS = 0.05
"""How long to wait before the lock is tried again."""


class LockWaits:
    """Takes the write lock of a book, and knows who waits for it; safe in any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: set[Event] = set()

    @property
    def is_waiting(self) -> bool:
        """Whether somebody waits for another process."""
        return bool(self._waiting)

    def stop(self) -> bool:
        """Let writers that wait fail at once, since nothing is written yet; return if one waits."""
        with self._lock:
            for stop in self._waiting:
                stop.set()
            return bool(self._waiting)

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that holds the write lock.

        Raises:
            sqlite3.OperationalError: another process holds it for too long, or `stop` was called.
        """
        raw = connection.connection.dbapi_connection
        if raw is None:
            return
        deadline, stop = monotonic() + connections.BUSY_SECONDS, Event()
        patience = raw.execute("PRAGMA busy_timeout").fetchone()[0]
        raw.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    raw.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                    if not is_busy or stop.is_set() or monotonic() > deadline:
                        raise
                else:
                    return
                with self._lock:
                    self._waiting.add(stop)
                stop.wait(STEP_SECONDS)
        finally:
            with self._lock:
                self._waiting.discard(stop)
            raw.execute(f"PRAGMA busy_timeout = {patience}")
