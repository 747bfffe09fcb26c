"""Brings a book's schema up to date with Alembic, once even if several processes start together."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import column, insert, select, table, text

from partnerdesk.models.core.clock import now
from partnerdesk.models.database import versions
from partnerdesk.models.database.connection import connect, explained
from partnerdesk.models.database.leftovers import clear_own
from partnerdesk.models.settings.database_url import SqliteFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from partnerdesk.models.settings.database_url import Database

_POSTGRES_LOCK = 7_024_113
"""Key of the advisory lock that the upgrading process holds; an arbitrary number."""
_PAGES = 2_000
"""Pages of a SQLite file that are copied between two reports of progress."""
_INSTRUCTIONS = 20_000_000
"""Instructions of SQLite's machine between two reports; some tenths of a second."""
_COPY_SHARE = 30
"""Per cent of an upgrade that the copy is taken for."""


def _ignored(_done: int, _total: int) -> None:
    """Ignore the progress."""


def upgrade(
    engine: Engine,
    database: Database,
    clouds: list[str],
    on_progress: Callable[[int, int], None] = _ignored,
) -> None:
    """Run the missing migrations, and add the missing accounts kept by hand.

    Everything is one transaction; a second process waits for the first and then has nothing to do.
    A SQLite file is copied beside itself before its schema changes. The transactions of `engine`
    must take the write lock when they begin.

    `on_progress` is told how much of how much is done, again and again: also while one statement
    runs long (on SQLite), so that a moving clock can be shown.

    Raises:
        StoreError: the database was written by a newer program, or cannot be written.
    """
    plain = connect(database)
    try:
        # Refuses a newer or foreign database before anything is changed.
        versions.schema_version(plain)
    finally:
        plain.close()
    with explained(database), engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
        version = MigrationContext.configure(connection).get_current_revision()
        if version != versions.known_versions()[-1]:
            if version and isinstance(database, SqliteFile):
                clear_own(database.path)
                _copy_aside(database.path, version, on_progress)
            _migrate(connection, version, on_progress)
        _add_accounts(connection, clouds)


def _migrate(
    connection: Connection, version: str | None, on_progress: Callable[[int, int], None]
) -> None:
    known = versions.known_versions()
    steps = known[known.index(version) + 1 :] if version else known
    done = 0

    def report() -> None:
        on_progress(_COPY_SHARE + done * (100 - _COPY_SHARE) // len(steps), 100)

    def applied(**_said: object) -> None:
        nonlocal done
        done += 1
        report()

    config = Config()
    config.attributes["on_version_apply"] = applied
    config.set_main_option(
        "script_location", str(versions.VERSIONS_FOLDER.parent).replace("%", "%%")
    )
    config.attributes["connection"] = connection
    report()
    raw = connection.connection.driver_connection
    if isinstance(raw, sqlite3.Connection):
        raw.set_progress_handler(report, _INSTRUCTIONS)
    try:
        command.upgrade(config, "head")
    finally:
        if isinstance(raw, sqlite3.Connection):
            raw.set_progress_handler(None, 0)


def _add_accounts(connection: Connection, clouds: list[str]) -> None:
    # Only columns of the first schema: the database has defaults for the later ones.
    names = ("cloud", "name", "tenant_id", "mpn_id", "market", "kind", "connected")
    accounts = table("partner_accounts", *map(column, names))
    present = set(connection.execute(select(accounts.c.cloud)).scalars())
    nobody = dict.fromkeys(names, "") | {"kind": "direct_bill", "connected": False}
    missing = [nobody | {"cloud": cloud} for cloud in clouds if cloud not in present]
    if missing:
        connection.execute(insert(accounts), missing)


def _copy_aside(path: Path, version: str, on_progress: Callable[[int, int], None]) -> None:
    copy = path.with_name(f"{path.name}.schema-{version}-{now():%Y%m%dT%H%M%S}")

    def copied(_status: int, remaining: int, total: int) -> None:
        on_progress((total - remaining) * _COPY_SHARE // max(total, 1), 100)

    # In pieces: nobody writes meanwhile, since the upgrade holds the lock.
    copy_database(path, copy, pages=_PAGES, on_progress=copied)


def copy_database(
    source: Path,
    target: Path,
    *,
    pages: int = -1,
    on_progress: Callable[[int, int, int], object] | None = None,
) -> None:
    """Copy a SQLite book, even while others write to it; `target` is whole or does not exist.

    Raises:
        sqlite3.Error: the source is no database, or the disk is full.
    """
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    reader, writer = sqlite3.connect(source), sqlite3.connect(part)
    try:
        reader.backup(writer, pages=pages, progress=on_progress, sleep=0)
        writer.close()
        part.replace(target)
    finally:
        reader.close()
        writer.close()
        part.unlink(missing_ok=True)
