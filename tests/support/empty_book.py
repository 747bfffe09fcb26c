"""An empty book with its schema: built once in a run, because the migrations are slow."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from partnerdesk.models.core.paths import private_folder
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerdesk.models.settings.database_url import PostgresServer

CLOUDS = ("global", "us-gov", "germany")


@cache
def _template_file() -> Path:
    file = Path(mkdtemp(prefix="partnerdesk-tests-")) / "empty.db"
    store = Store(SqliteFile(file))
    store.open(list(CLOUDS))
    store.engine.dispose()
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
