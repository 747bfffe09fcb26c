"""Work that only one process at a time may do on a book; a process that dies loses it at once."""

from __future__ import annotations

import sys
import zlib
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from partnerdesk.models.core.paths import opened_at_once
from partnerdesk.models.database.connection import explained
from partnerdesk.models.settings.database_url import SqliteFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerdesk.models.database.store import Store

_SPACE = 0x7061  # a number of this program, so that other programs' locks on a server differ
"""The first number of the locks on a server."""


@contextmanager
def alone(store: Store, work: str) -> Iterator[bool]:
    """Hold `work` on a book during the block, and yield whether nobody else holds it.

    A file is locked beside the book, which the system frees when the process dies; on a server a
    lock of the connection. Nobody is waited for. Windows has no such locks: always True there.

    Raises:
        StoreError: the server, or the lock beside the book, cannot be reached.
    """
    with ExitStack() as held:
        with explained(store.database):
            is_held = _held(store, work, held)
        yield is_held


def _held(store: Store, work: str, held: ExitStack) -> bool:
    if isinstance(store.database, SqliteFile):
        path = store.database.path
        beside = path.with_name(f".{path.name}.{work}.lock")
        return _flocked(held.enter_context(open(beside, "a", opener=opened_at_once)).fileno())
    connection = held.enter_context(store.engine.connect())  # the lock goes with it
    key = zlib.crc32(work.encode()) % 2**31
    lock = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_SPACE}, {key})")
    is_held = bool(lock.scalar_one())
    connection.commit()
    return is_held


def _flocked(descriptor: int) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
