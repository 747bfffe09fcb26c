"""Maintains a book: checks it for damage, copies it, restores a copy."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from itertools import chain, count
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import (
    FileError,
    ForeignError,
    NotFoundError,
    StoreError,
    UsageError,
)
from partnerdesk.models.core.given_files import BACKUP, BOOK_COPY, opened, to_read, to_write
from partnerdesk.models.core.paths import private_folder
from partnerdesk.models.database import connection as connections
from partnerdesk.models.database.connection import connect, explained, open_sqlite
from partnerdesk.models.database.foreign import describe, foreign_objects
from partnerdesk.models.database.schema_check import schema_findings
from partnerdesk.models.database.store import refuse_read_only
from partnerdesk.models.database.upgrade import copy_database
from partnerdesk.models.database.value_check import text_findings, value_findings
from partnerdesk.models.database.versions import known_versions, schema_version
from partnerdesk.models.languages import _
from partnerdesk.models.settings.database_url import SqliteFile, masked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Table

    from partnerdesk.models.database.store import Store

_DATABASE = b"SQLite format 3\0"
"""The first bytes of every SQLite database."""


def check(store: Store, tables: Iterable[Table] = ()) -> list[str]:
    """Return the problems of the book, one line each; an empty list if it is intact.

    Args:
        store: the book, which is not opened: that would change an older one.
        tables: the tables whose values are read by the types of their columns.

    Raises:
        NotFoundError: there is no book yet.
        StoreError: the book cannot be opened.
    """
    database = store.database
    if isinstance(database, SqliteFile) and not database.path.exists():
        raise _missing_book(database)
    with closing(connect(database)) as connection:
        findings, version = list[str](), schema_version(connection)
        if not version:
            findings.append(_("There is no schema yet: run partnerdesk database upgrade."))
        if isinstance(database, SqliteFile):
            damage = "\n".join(row[0] for row in connection.rows("PRAGMA integrity_check"))
            findings += [line for line in damage.splitlines() if line != "ok"]
            findings += dict.fromkeys(
                _("{table}: a row points to a missing row of {other}.").format(
                    table=row[0], other=row[2]
                )
                for row in connection.rows("PRAGMA foreign_key_check")
            )
        findings += map(describe, foreign_objects(connection))
        if version == known_versions()[-1]:
            tables = list(tables)
            findings += schema_findings(connection)
            findings += value_findings(connection, tables)
            if isinstance(database, SqliteFile):
                findings += text_findings(database.path, tables)
        return findings


def back_up(store: Store, target: Path) -> None:
    """Copy a SQLite book to `target`, even while other processes write to the book.

    Raises:
        FileError: the target exists already, or cannot be written.
        NotFoundError: there is no book yet.
        StoreError: the book is damaged; the copy is deleted.
        UsageError: the book is on a PostgreSQL server.
    """
    database = _file_of(store, "pg_dump --format=custom --file={file} {name}", target)
    target = to_write(target, BACKUP)
    connect(database).close()  # raises StoreError if the file is no book
    if os.path.lexists(target):
        raise FileError(_("{file} exists already.").format(file=target), _("Name another file."))
    _copy(database.path, target)
    if not _is_whole(target):
        target.unlink()
        raise StoreError(
            _("{name} is not a partnerdesk book, or it is damaged.").format(name=database.name),
            _("Restore a copy with: partnerdesk database restore FILE"),
        )


def restore(store: Store, source: Path) -> Path | None:
    """Replace the book by the copy `source`; return the path of the old book, if there was one.

    A process that has the book open sees the restored book with its next query; only if the old
    book was damaged, and so unusable, the process has to open it again. `source` is only read and
    may be in a read-only folder.

    Raises:
        BusyError: another process writes to the book.
        FileError: `source` is no book or damaged, or the disk is full.
        NotFoundError: there is no file `source`.
        RefusedError: the console is in read-only mode.
        StoreError: `source` was written by a newer program.
        UsageError: the book is on a PostgreSQL server.
    """
    database = _file_of(store, "pg_restore --clean --dbname={name} {file}", source)
    refuse_read_only(read_only=store.read_only)
    source = to_read(source, BOOK_COPY)
    with explained(database):
        private_folder(database.path.parent)
    fresh = database.path.with_name(f".{database.path.name}.restoring")
    try:
        _copy_source(source, fresh)
        return _replace_book(fresh, database)
    finally:
        for file in _files(fresh):
            file.unlink(missing_ok=True)


def _copy_source(source: Path, fresh: Path) -> None:
    """Copy the book `source` to `fresh`; raise FileError unless the copy is a whole book."""
    if not _looks_like_a_database(source):
        raise _bad_copy(source)
    # Without -wal and -shm files beside it, no process uses the file: it is opened as immutable,
    # so that SQLite needs no write access to the folder.
    is_used = any(file.exists() for file in _files(source)[1:])
    address = f"{source.as_uri()}?mode=ro" + ("" if is_used else "&immutable=1")
    try:
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        with (
            closing(sqlite3.connect(address, uri=True)) as reader,
            closing(sqlite3.connect(fresh)) as writer,
        ):
            reader.backup(writer)
        is_whole = _is_whole(fresh)
    except (sqlite3.OperationalError, OSError) as error:
        raise _copy_error(fresh, error) from None
    except sqlite3.DatabaseError:
        is_whole = False
    if not is_whole:
        raise _bad_copy(source)
    with closing(connect(SqliteFile(fresh))) as copy:
        try:
            version = schema_version(copy)
        except ForeignError:
            version = ""
        if not version:
            raise _bad_copy(source)


def _looks_like_a_database(source: Path) -> bool:
    try:
        with opened(source, BOOK_COPY) as file:
            return file.read(len(_DATABASE)) == _DATABASE
    except FileNotFoundError:
        raise NotFoundError(_("There is no file {file}.").format(file=source)) from None
    except OSError as error:
        raise FileError(
            _("{file} cannot be read: {reason}.").format(file=source, reason=error.strerror)
        ) from None


def _replace_book(fresh: Path, database: SqliteFile) -> Path | None:
    """Move the book `fresh` to the path of `database`; return the path of the old book."""
    book = database.path
    if not any(file.exists() for file in _files(book)):
        fresh.replace(book)
        return None
    old_book = _free_name(f"{book}.before-restore-{now():%Y%m%dT%H%M%S}")
    with explained(database):
        is_whole = book.exists() and _is_whole(book)
    if is_whole:
        _copy(book, old_book)
        try:
            _overwrite(fresh, database)
        except BaseException:
            old_book.unlink()
            raise
    else:  # a damaged book cannot be copied: its files are moved as they are
        for file, moved in zip(_files(book), _files(old_book), strict=True):
            if file.exists():
                file.replace(moved)
        fresh.replace(book)
    return old_book


def _overwrite(fresh: Path, database: SqliteFile) -> None:
    """Write the book `fresh` into a file that other processes may have open."""
    deadline = monotonic() + connections.BUSY_SECONDS

    def give_up(status: int, _remaining: int, _pages: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and monotonic() > deadline:
            raise sqlite3.OperationalError("database is locked")  # else SQLite retries for ever

    with (
        explained(database),
        closing(sqlite3.connect(fresh)) as reader,
        closing(open_sqlite(database.path)) as writer,
    ):
        reader.backup(writer, progress=give_up, sleep=0.05)


def _is_whole(book: Path) -> bool:
    """Say whether every page of a SQLite file can be read.

    Raises:
        sqlite3.OperationalError: another process or the disk prevents the check.
    """
    try:
        with closing(open_sqlite(book)) as raw:
            return bool(raw.execute("PRAGMA quick_check").fetchall() == [("ok",)])
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False


def _files(book: Path) -> tuple[Path, Path, Path]:
    """Return a SQLite file and the two files beside it while it is open (`-wal`, `-shm`)."""
    return book, book.with_name(f"{book.name}-wal"), book.with_name(f"{book.name}-shm")


def _free_name(wanted: str) -> Path:
    """Return the path `wanted`, with a number appended if the path is taken."""
    names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
    return next(Path(name) for name in names if not os.path.lexists(name))


def _copy(source: Path, target: Path) -> None:
    try:
        copy_database(source, target)
    except (sqlite3.Error, OSError) as error:
        raise _copy_error(target, error) from None


def _copy_error(target: Path, error: sqlite3.Error | OSError) -> FileError:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return FileError(
        _("The copy {file} cannot be written: {error}.").format(file=target, error=reason),
        _("Name another file, or look at the folder and the room on the disk."),
    )


def _bad_copy(source: Path) -> FileError:
    return FileError(
        _("{file} is not a whole copy of a book.").format(file=source), _("Name another file.")
    )


def _file_of(store: Store, command: str, file: Path) -> SqliteFile:
    database = store.database
    if isinstance(database, SqliteFile):
        if not database.path.exists() and "dump" in command:
            raise _missing_book(database)
        return database
    raise UsageError(
        _("The book is on a PostgreSQL server, which has its own tools for this."),
        _("Use: {command}").format(command=command.format(file=file, name=masked(database.name))),
    )


def _missing_book(database: SqliteFile) -> NotFoundError:
    return NotFoundError(
        _("There is no book {name} yet.").format(name=database.name),
        _("The first start of partnerdesk makes it."),
    )
