"""Looking after a book: checking it for damage, copying it, restoring a copy."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from models.clock import now
from models.connection import connect, explained, open_sqlite
from models.database_url import SqliteFile, masked
from models.errors import FileError, NotFoundError, RefusedError, UsageError
from models.languages import _
from models.store import schema_version
from models.upgrade import copy_database

if TYPE_CHECKING:
    from pathlib import Path

    from models.store import Store


def check(store: Store) -> list[str]:
    """Return what is wrong with the book, a line each; empty where it is whole.

    Raises:
        StoreError: it cannot be opened at all.
    """
    database = store.database
    if isinstance(database, SqliteFile) and not database.path.exists():
        raise _no_book(database)
    connection = connect(database)
    try:
        findings = []
        if not schema_version(connection):
            findings.append(_("There is no schema yet: run partnerdesk database upgrade."))
        if isinstance(database, SqliteFile):
            damage = [str(row[0]) for row in connection.rows("PRAGMA integrity_check")]
            findings += [line for line in damage if line != "ok"]
            findings += [
                _("{table}: a row points to a missing row of {other}.").format(
                    table=row[0], other=row[2]
                )
                for row in connection.rows("PRAGMA foreign_key_check")
            ]
        return findings
    finally:
        connection.close()


def back_up(store: Store, target: Path) -> None:
    """Copy a SQLite book to `target`, also while others write to it.

    Raises:
        FileError: the target exists already, or cannot be written.
        UsageError: the book is on a PostgreSQL server.
    """
    database = _file_of(store, "pg_dump --format=custom --file={file} {name}", target)
    if target.exists():
        raise FileError(_("{file} exists already.").format(file=target), _("Name another file."))
    _copy(database.path, target)


def restore(store: Store, source: Path) -> Path | None:
    """Put the copy `source` in the book's place; return where the old book is kept, if any.

    Others who have the book open see the restored one with their next look.

    Raises:
        FileError: `source` is not a book, or damaged.
        RefusedError: the console is in read-only mode.
        UsageError: the book is on a PostgreSQL server.
    """
    database = _file_of(store, "pg_restore --clean --dbname={name} {file}", source)
    if store.read_only:
        raise RefusedError(_("Nothing can be changed: the console is in read-only mode."))
    if not source.exists():
        raise NotFoundError(_("There is no file {file}.").format(file=source))
    copy = connect(SqliteFile(source))
    try:
        if not schema_version(copy) or copy.rows("PRAGMA quick_check") != [("ok",)]:
            raise FileError(_("{file} is not a whole copy of a book.").format(file=source))
    finally:
        copy.close()
    kept = None
    if database.path.exists():
        kept = database.path.with_name(f"{database.path.name}.before-restore-{now():%Y%m%dT%H%M%S}")
        _copy(database.path, kept)
    with explained(database):
        reader, writer = sqlite3.connect(source), open_sqlite(database.path)
        try:
            reader.backup(writer)
        finally:
            reader.close()
            writer.close()
    return kept


def _copy(source: Path, target: Path) -> None:
    try:
        copy_database(source, target)
    except (sqlite3.Error, OSError) as error:
        raise FileError(
            _("The copy {file} cannot be written: {error}.").format(file=target, error=error)
        ) from None


def _file_of(store: Store, command: str, file: Path) -> SqliteFile:
    database = store.database
    if isinstance(database, SqliteFile):
        if not database.path.exists() and "dump" in command:
            raise _no_book(database)
        return database
    raise UsageError(
        _("The book is on a PostgreSQL server, which has its own tools for this."),
        _("Use: {command}").format(command=command.format(file=file, name=masked(database.name))),
    )


def _no_book(database: SqliteFile) -> NotFoundError:
    return NotFoundError(
        _("There is no book {name} yet.").format(name=database.name),
        _("The first start of partnerdesk makes it."),
    )
