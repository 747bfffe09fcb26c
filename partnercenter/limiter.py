"""The limit of calls a minute for each partner tenant, shared by all processes of this host.

Every call is noted in a small SQLite file, with the time of the host's monotonic clock, before it
is sent. A process that is killed leaves only its notes, which lapse by themselves. Where the file
cannot be used, the limit holds for this process alone.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING

from partnerdesk.models.core import paths

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

LIMIT = 500
"""Calls a minute for each partner tenant (`reference/protocol.md §9`)."""
WINDOW = 61.0
"""Seconds in which there are at most `LIMIT` calls: a second more than the service counts, because
calls are not equally long on their way."""
RESERVE = 10
"""Calls of each window that only somebody who waits for the answer may use."""
BUSY_SECONDS = 0.05
"""How long to wait where another process is just writing its note."""
FILE = "calls.db"
_TABLES = """
CREATE TABLE IF NOT EXISTS calls (tenant TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS calls_by_tenant ON calls (tenant, at);
CREATE TABLE IF NOT EXISTS pauses (name TEXT PRIMARY KEY, begun REAL NOT NULL, until REAL NOT NULL);
"""


class Limiter:
    """Says when the next call of a tenant may be sent; usable from several threads."""

    def __init__(
        self,
        file: Path | None = None,
        *,
        limit: int = LIMIT,
        window: float = WINDOW,
        reserve: int = RESERVE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = file
        self._limit = limit
        self._window = window
        self._reserve = min(reserve, limit - 1)
        self._clock = clock
        self._lock = Lock()
        self._opened: sqlite3.Connection | None = None

    def take(self, tenant: str, *, part: str = "", urgent: bool = True) -> float:
        """Note a call that is about to be sent, and return 0; else how many seconds to wait.

        Args:
            tenant: the partner's tenant.
            part: the customer's id, where the service counts each customer by itself.
            urgent: whether a person waits for the answer; other calls leave a few to those.
        """
        limit = self._limit if urgent else self._limit - self._reserve
        with self._writing() as book:
            if book is None:
                return BUSY_SECONDS
            now = self._clock()
            if pause := self._pause(book, tenant, part, now):
                return pause
            book.execute("DELETE FROM calls WHERE at <= ? OR at > ?", (now - self._window, now))
            rows = book.execute(
                "SELECT at FROM calls WHERE tenant = ? ORDER BY at DESC LIMIT 1 OFFSET ?",
                (tenant, limit - 1),
            ).fetchall()
            if rows:  # the call that has to lapse first
                return max(float(rows[0][0]) + self._window - now, 0.001)
            book.execute("INSERT INTO calls VALUES (?, ?)", (tenant, now))
        return 0.0

    def _pause(self, book: sqlite3.Connection, tenant: str, part: str, now: float) -> float:
        """Return the seconds that the service asked to wait and that are not over yet."""
        # A time in the future was noted before the host's last start.
        book.execute("DELETE FROM pauses WHERE until <= ? OR begun > ?", (now, now))
        rows = book.execute(
            "SELECT max(until) FROM pauses WHERE name IN (?, ?)", (tenant, f"{tenant} {part}")
        ).fetchall()
        return float(rows[0][0]) - now if rows[0][0] is not None else 0.0

    def pause(self, tenant: str, seconds: float, *, part: str = "") -> None:
        """Let no process send calls of the tenant (or of one customer) for some seconds.

        The service counts calls that come too early against the limit.
        """
        name = f"{tenant} {part}" if part else tenant
        with self._writing() as book:
            if book is not None:
                now = self._clock()
                book.execute(
                    "INSERT INTO pauses VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                    "begun = excluded.begun, until = max(until, excluded.until)",
                    (name, now, now + seconds),
                )

    def left(self, tenant: str) -> int:
        """Return how many calls the tenant may still send at once."""
        with self._writing() as book:
            if book is None:
                return 0
            now = self._clock()
            [[used]] = book.execute(
                "SELECT count(*) FROM calls WHERE tenant = ? AND at > ? AND at <= ?",
                (tenant, now - self._window, now),
            ).fetchall()
            return max(self._limit - int(used), 0)

    def close(self) -> None:
        """Close the file; the limiter opens it anew where it is used again."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
            self._opened = None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection | None]:
        """Open a transaction that no other process has at the same time; None if one has it."""
        import sqlite3

        with self._lock:
            try:
                book = self._opened = self._opened or self._open()
                book.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                if not _is_busy(error):
                    self._forget(error)
                yield None
                return
            try:
                yield book
                book.execute("COMMIT")
            except sqlite3.Error as error:
                self._forget(error)

    def _open(self) -> sqlite3.Connection:
        """Open the file, or a place in memory where there is none.

        Raises:
            sqlite3.Error: another process holds the file, or it cannot be used.
        """
        import sqlite3

        if self._file is not None:
            try:
                paths.private_folder(self._file.parent)
                os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
            except OSError:
                self._file = None
        place = ":memory:" if self._file is None else self._file
        connection = sqlite3.connect(
            place, timeout=1.0, check_same_thread=False, isolation_level=None
        )
        try:
            # Notes of a minute need not outlive a power cut; a killed process loses nothing by it.
            connection.execute("PRAGMA synchronous = OFF")
            connection.executescript(_TABLES)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _forget(self, error: sqlite3.Error) -> None:
        """Begin anew after an error: with a new file if it is damaged, else in memory."""
        if self._opened is not None:
            self._opened.close()
        self._opened = None
        if self._file is not None and _is_damage(error):
            with suppress(OSError):
                self._file.unlink(missing_ok=True)
                return
        self._file = None


def _is_busy(error: sqlite3.Error) -> bool:
    import sqlite3

    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
    )


def _is_damage(error: sqlite3.Error) -> bool:
    import sqlite3

    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    )


def shared_limiter() -> Limiter:
    """Return the limiter of this host, with its file in the state folder."""
    return Limiter(paths.state_folder() / FILE)
