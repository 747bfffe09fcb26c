"""An empty book with its schema: built once in a run, because the migrations are slow.

A book that the program makes anew in a SQLite file begins so too (`migrate_once`). Whatever a
migration does to a book that is there, on a server or in a process of its own, runs as it is.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from partnerdesk.models.core.paths import private_folder
from partnerdesk.models.database import upgrade as upgrading
from partnerdesk.models.database import versions
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support import postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest
    from sqlalchemy import Engine

    from partnerdesk.models.settings.database_url import Database, PostgresServer

CLOUDS = ("global", "us-gov", "germany")


_UPGRADE, _NEWEST = upgrading.upgrade, versions.known_versions()[-1]


def _upgrade(
    engine: Engine, database: Database, clouds: list[str], *progress: Callable[[int, int], None]
) -> None:
    if isinstance(database, SqliteFile) and versions.known_versions()[-1] == _NEWEST:
        with closing(sqlite3.connect(database.path)) as book:
            if book.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                with closing(sqlite3.connect(_template_file(()))) as template:
                    template.backup(book)
    _UPGRADE(engine, database, clouds, *progress)


def migrate_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin each new book in a SQLite file with the schema of the first one."""
    monkeypatch.setattr(upgrading, "upgrade", _upgrade)


@cache
def _template_file(clouds: tuple[str, ...] = CLOUDS) -> Path:
    """Return a book that the migrations made."""
    file = Path(mkdtemp(prefix="partnerdesk-tests-")) / "empty.db"
    store = Store(SqliteFile(file))
    _UPGRADE(store.writing_engine, store.database, list(clouds))
    store.writing_engine.dispose()
    return file


def empty_book(database: SqliteFile) -> SqliteFile:
    """Create an empty book at an address; return the address."""
    private_folder(database.path.parent)
    shutil.copy(_template_file(), database.path)
    return database


def empty_store(file: Path) -> Store:
    """Create an empty book in a file; return the store over it."""
    return Store(empty_book(SqliteFile(file)))


@cache
def _server_template() -> str:
    return postgres.template(lambda database: Store(database).open(list(CLOUDS)))


@contextmanager
def empty_book_on_the_server() -> Iterator[PostgresServer]:
    """Create an empty book on the PostgreSQL server, and drop it after the block."""
    with postgres.fresh_database(_server_template()) as database:
        yield database
