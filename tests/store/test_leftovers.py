"""Leftover files of a killed upgrade or backup: removed or reported by the next start.

Also the progress of an upgrade, and the error of a full disk.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.errors import StoreError
from partnerdesk.models.database import leftovers
from partnerdesk.models.database.connection import explained
from partnerdesk.models.database.store import Store
from partnerdesk.models.database.versions import known_versions
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support.books import demo_desk
from tests.support.commands import HOUSE, run
from tests.support.console import running
from tests.support.empty_book import CLOUDS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book with the first schema."""
    file = tmp_path / "book.db"
    first = known_versions()[0]
    Store(SqliteFile(file)).open(list(CLOUDS))
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    from partnerdesk.models.database.versions import VERSIONS_FOLDER

    file.unlink()
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(VERSIONS_FOLDER.parent))
        config.attributes |= {"connection": connection, "on_version_apply": lambda **_said: None}
        command.upgrade(config, first)
    engine.dispose()
    return file


def database(file: Path) -> Path:
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("CREATE TABLE t (c)")
    return file


def test_an_upgrade_clears_its_own_unfinished_copies_and_nothing_else(book: Path) -> None:
    own = book.with_name(".book.db.schema-0001-20260101T101010.part")
    journal = own.with_name(own.name + "-journal")
    other = database(book.with_name(".other.db.part"))
    written = book.with_name(".book.db.schema-0001.part")
    link = book.with_name(".book.db.schema-0001-20260101T101011.part")
    for file in (own, journal, written):
        file.write_text("x")
    link.symlink_to(other)
    Store(SqliteFile(book)).open(list(CLOUDS))
    assert not own.exists()
    assert not journal.exists()
    assert written.exists()
    assert link.is_symlink()
    assert [str(other) in text for text in leftovers.notices(book)] == [True]


def test_a_start_that_upgrades_tells_of_an_unfinished_copy(book: Path) -> None:
    other = database(book.with_name(".copy.db.part"))
    result = run("customers", "list", "--database", book)
    assert result.code == 0
    assert f"{other} is a copy that was not finished." in result.err


def killed(work: str, *files: Path) -> None:
    """Run `work` in a process that is killed as soon as it reports progress."""
    script = (
        "import os, sys; from pathlib import Path\n"
        "files = [Path(word) for word in sys.argv[1:]]\n"
        "def kill(*_said): os.kill(os.getpid(), 9)\n"
        "from partnerdesk.models.database.store import Store\n"
        "from partnerdesk.models.database.upgrade import copy_database\n"
        "from partnerdesk.models.settings.database_url import SqliteFile\n"
    )
    done = subprocess.run([sys.executable, "-c", script + work, *files], cwd=HOUSE)
    assert done.returncode == -9


def test_killed_in_an_upgrade_the_next_command_clears_the_copy(book: Path) -> None:
    killed("Store(SqliteFile(files[0])).open(['global'], kill)", book)
    (left,) = book.parent.glob(".book.db.schema-*.part")
    part = left.rename(re.sub("[0-9]{8}T[0-9]{6}", "20260101T101010", str(left)))  # another second
    result = run("customers", "list", "--database", book)
    assert result.code == 0
    assert not part.exists()
    assert list(book.parent.glob("*.part*")) == []
    assert run("database", "check", "--database", book).code == 0


async def test_killed_in_a_backup_check_and_console_tell_of_the_copy(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path, 50)
    book, copy = tmp_path / "demo.db", tmp_path / "copy.db"
    killed("copy_database(*files, pages=1, on_progress=kill)", book, copy)
    part = tmp_path / ".copy.db.part"
    assert (part.exists(), copy.exists()) == (True, False)
    database(part)  # the first page of a copy is written last
    told = f"{part} is a copy that was not finished."
    checked = run("database", "check", "--database", book)
    assert (checked.code, told in checked.err) == (0, True)
    async with running(desk, size=(200, 30)) as console:
        assert told in " ".join(console.said.split())
    assert run("database", "backup", copy, "--database", book).code == 0
    assert not part.exists()


def test_an_upgrade_reports_from_the_copy_to_the_end_and_never_backwards(book: Path) -> None:
    store = Store(SqliteFile(book))
    assert store.is_outdated()
    told: list[int] = []
    store.open(list(CLOUDS), lambda done, _total: told.append(done))
    assert told == sorted(told)
    assert told[-1] == 100
    assert len(set(told)) > len(known_versions()) - 1
    assert not store.is_outdated()


def test_a_disk_without_room_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_bavail=1, f_frsize=4096))
    with pytest.raises(StoreError, match="no room left"), explained(SqliteFile(tmp_path / "b")):
        raise error
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_bavail=99, f_frsize=4096))
    with pytest.raises(StoreError, match="disk I/O error"), explained(SqliteFile(tmp_path / "b")):
        raise error
