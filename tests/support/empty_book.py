"""An empty book with its schema: made once in a run, since the migrations take their time."""

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
def _made() -> Path:
    file = Path(mkdtemp(prefix="partnerdesk-tests-")) / "empty.db"
    store = Store(SqliteFile(file))
    store.open(list(CLOUDS))
    store.engine.dispose()
    return file


def empty_book(database: SqliteFile) -> SqliteFile:
    """Put an empty book where a file is to be; return its address."""
    private_folder(database.path.parent)
    shutil.copy(_made(), database.path)
    return database


def empty_store(file: Path) -> Store:
    """Put an empty book where a file is to be; return the store over it."""
    return Store(empty_book(SqliteFile(file)))


@cache
def _made_on_the_server() -> str:
    return postgres.template(lambda database: Store(database).open(list(CLOUDS)))


@contextmanager
def empty_book_on_the_server() -> Iterator[PostgresServer]:
    """Make an empty book on the PostgreSQL server; it is gone after the block."""
    with postgres.fresh_database(_made_on_the_server()) as database:
        yield database
