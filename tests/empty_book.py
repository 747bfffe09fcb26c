"""An empty book with its schema: made once in a run, since the migrations take their time."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from models.database_url import SqliteFile
from models.paths import private_folder
from models.store import Store

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
