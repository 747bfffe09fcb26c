"""Plain connections without an ORM, for lists and the first frame, which must be light and fast.

SQLAlchemy's engine opens its connections here too, so every connection is set up in one place.
A statement has `?` for each value, on both databases.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import contextmanager, suppress
from functools import lru_cache
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Protocol

from partnerdesk.models.core.errors import BusyError, ExitCode, StoreError
from partnerdesk.models.core.given_files import BOOK_ENDINGS, refuse_ending
from partnerdesk.models.core.paths import private_folder
from partnerdesk.models.core.text import fold
from partnerdesk.models.database import any_value
from partnerdesk.models.database.sql import END_OF_FOLD, FOLD
from partnerdesk.models.languages import _
from partnerdesk.models.settings.database_url import Database, PostgresServer, SqliteFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import psycopg

BUSY_SECONDS = 15
"""How long a write waits for the lock of another process before it fails."""

_CAPITALS = "".join(map(chr, (*range(0x391, 0x3A2), *range(0x3A3, 0x3AA), *range(0x410, 0x430))))
"""Greek and Cyrillic: a server whose locale is C makes small letters of Latin ones only."""
_SPELLED = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
_BEFORE_FOLDED = "replace(" * len(_SPELLED) + "translate(lower(regexp_replace(normalize("
_BEHIND_FOLDED = (
    ", NFKD), '[\u0300-\u036f]', '', 'g')), "
    f"'ŁØĐĦÆŒÞłøđħı{_CAPITALS}', 'lodhæœþlodhi{_CAPITALS.lower()}')"
    + "".join(f", '{letter}', '{spelled}')" for letter, spelled in _SPELLED.items())
)
"""What PostgreSQL does to an expression instead of `fold`."""
_LEAST_ROOM = 64 * 1024
"""Bytes that SQLite needs beside a book to open it."""

Row = tuple[Any, ...]


class Connection(Protocol):
    """The operations that lists need from a database."""

    merges: bool
    """Whether the database merges sorted selects as it reads them, instead of sorting all rows."""

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """Return all rows that `statement` selects."""
        ...

    def has_table(self, name: str) -> bool:
        """Say whether there is a table called `name`."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Read everything in the block from one state of the database."""
        ...

    def interrupt(self) -> None:
        """Interrupt the statement that another thread executes on this connection."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class SqliteConnection:
    """A reading connection to a SQLite file."""

    merges = True

    def __init__(self, database: SqliteFile) -> None:
        self._database = database
        with explained(database):
            self._raw = open_sqlite(database.path)

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """Return all rows that `statement` selects."""
        with explained(self._database):
            try:
                found = self._raw.execute(statement, values).fetchall()
            except sqlite3.OperationalError as error:
                if self._raw.text_factory is not str or "decode" not in str(error):
                    raise
                self._raw.text_factory = any_value.text  # slower, and needed by a damaged book only
                found = self._raw.execute(statement, values).fetchall()
            return [*map(any_value.without_blobs, found)]

    def has_table(self, name: str) -> bool:
        """Say whether there is a table called `name`."""
        return bool(self.rows("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)))

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read everything in the block from one state of the database."""
        with explained(self._database):
            self._raw.execute("BEGIN")
        try:
            yield
        finally:
            self._raw.rollback()

    def interrupt(self) -> None:
        """Interrupt the statement that another thread executes on this connection."""
        with suppress(sqlite3.ProgrammingError):  # the other thread has just closed it
            self._raw.interrupt()

    def close(self) -> None:
        """Close the connection."""
        self._raw.close()


class PostgresConnection:
    """A reading connection to a PostgreSQL server; it opens itself again after it was lost."""

    merges = False

    def __init__(self, database: PostgresServer) -> None:
        self._database = database
        with explained(database):
            self._raw = open_postgres(database)
            self._raw.autocommit = True

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """Return all rows that `statement` selects."""
        text = statement.replace(FOLD, _BEFORE_FOLDED).replace(END_OF_FOLD, _BEHIND_FOLDED)
        text = text.replace("%", "%%").replace("?", "%s")
        with explained(self._database):
            if self._raw.closed:
                self._raw = open_postgres(self._database)
                self._raw.autocommit = True
            return self._raw.execute(text.encode(), values).fetchall()

    def has_table(self, name: str) -> bool:
        """Say whether there is a table or an index called `name`."""
        return self.rows("SELECT to_regclass(?) IS NOT NULL", (name,)) == [(True,)]

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read everything in the block from one state of the database."""
        with explained(self._database):
            self._raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield  # an error in the block, such as in printing, is no database error
        finally:
            if not self._raw.closed:
                with explained(self._database):
                    self._raw.rollback()

    def interrupt(self) -> None:
        """Interrupt the statement that another thread executes on this connection."""
        if not self._raw.closed:
            self._raw.cancel_safe()

    def close(self) -> None:
        """Close the connection."""
        self._raw.close()


def connect(database: Database) -> Connection:
    """Open a connection for reading.

    Raises:
        StoreError: the database cannot be opened.
    """
    if isinstance(database, SqliteFile):
        return SqliteConnection(database)
    return PostgresConnection(database)


def open_sqlite(path: Path) -> sqlite3.Connection:
    """Open a book in a file, private to its owner; a commit returns once it is safe on the disk."""
    if not path.exists():
        refuse_ending(path, BOOK_ENDINGS)
        private_folder(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    raw = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _write_ahead(raw)
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.create_function("fold", 1, _fold, deterministic=True)
    except BaseException:
        raw.close()
        raise
    return raw


@lru_cache(maxsize=4096)
def _fold(value: object) -> str | None:
    """Fold a value of a column; few of them are many rows' (resellers, reasons, people)."""
    return None if value is None else fold(str(value))


def _write_ahead(raw: sqlite3.Connection) -> None:
    # While a file is new and another process turns on WAL too, SQLite reports "locked" at once,
    # whatever its own timeout is.
    deadline = monotonic() + BUSY_SECONDS
    while True:
        try:
            if _is_foreign(raw):
                return  # a foreign file stays unchanged; `schema_version` refuses it later
            raw.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return


def _is_foreign(raw: sqlite3.Connection) -> bool:
    """Say whether a file has tables but is no book."""
    tables = {row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return bool(tables) and "alembic_version" not in tables


def open_postgres(database: PostgresServer) -> psycopg.Connection[Row]:
    """Open a connection to a server; the password comes from ~/.pgpass or the environment."""
    import psycopg

    raw = psycopg.connect(database.address, connect_timeout=10, application_name="partnerdesk")
    try:
        wait = f"{round(BUSY_SECONDS * 1000)}ms"
        raw.execute("SELECT set_config('lock_timeout', %s, false)", [wait])
        # The best index depends on the searched word, so no generic plan is good for all words.
        raw.execute("SET plan_cache_mode = force_custom_plan")
        raw.commit()
    except BaseException:
        raw.close()
        raise
    return raw


@contextmanager
def explained(database: Database) -> Iterator[None]:
    """Turn a driver's error into a StoreError that says what happened and what to do."""
    try:
        yield
    except Exception as error:
        cause = getattr(error, "orig", None) or error  # SQLAlchemy wraps a driver's errors
        if isinstance(cause, sqlite3.Error | OSError):
            raise _sqlite_error(cause, database) from cause
        if type(cause).__module__.partition(".")[0] != "psycopg":
            raise
        raise _postgres_error(cause, database) from cause


def _sqlite_error(error: sqlite3.Error | OSError, database: Database) -> StoreError:
    # The text of an OSError holds the path, which may contain any word; `strerror` does not.
    text = error.strerror or "" if isinstance(error, OSError) else str(error)
    name = database.name
    if "locked" in text:
        return BusyError(
            _("The book {name} is locked by another process.").format(name=name),
            _("Nothing was changed. Try again when that process is done."),
        )
    if "not a database" in text or "malformed" in text:
        return StoreError(
            _("{name} is not a partnerdesk book, or it is damaged.").format(name=name),
            _(
                "Name another file with --database, "
                "or restore a copy: partnerdesk database restore FILE"
            ),
        )
    if "full" in text or getattr(error, "errno", 0) == errno.ENOSPC or _is_full(error, database):
        return StoreError(
            _("There is no room left on the disk of {name}.").format(name=name),
            _("Nothing was changed. Free some space and try again."),
        )
    return StoreError(
        _("The book {name} cannot be opened or written: {error}.").format(name=name, error=text),
        _(
            "Look at who may read and write the file and its folder, "
            "or name another with --database."
        ),
    )


def _is_full(error: sqlite3.Error | OSError, database: Database) -> bool:
    """Whether an error of reading or writing comes from a disk without room for another page.

    SQLite says "disk I/O error" where it cannot make the files beside a book (`-wal`, `-shm`).
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code not in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return False
    if not isinstance(database, SqliteFile):
        return False
    try:
        disk = os.statvfs(database.path.parent)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < _LEAST_ROOM


def _postgres_error(error: Exception, database: Database) -> StoreError:
    import psycopg

    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, psycopg.OperationalError) and _is_unreachable(error):
        unreachable = StoreError(
            _("The database server cannot be reached ({name}): {error}.").format(
                name=database.name, error=text[:120]
            ),
            _("Look whether the server runs and the address is right."),
        )
        unreachable.exit_code = ExitCode.OFFLINE
        return unreachable
    failure = StoreError(
        _("The database {name} answered: {error}.").format(name=database.name, error=text)
    )
    if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
        return BusyError(failure.message, _("Nothing was changed. Try again."))
    if isinstance(error, psycopg.errors.DiskFull):
        failure.remedy = _("Nothing was changed. Free some space on the server and try again.")
    return failure


def _is_unreachable(error: psycopg.OperationalError) -> bool:
    """Say whether the server is gone (SQLSTATE 08, 57P) or refuses login or database (28, 3D)."""
    state = error.sqlstate
    return state is None or state.startswith(("08", "57P", "28", "3D"))
