"""Books of any size, built once and cached: the same customers for the console and its peers."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.terminal import ROOT
from partnerdesk.models.accounts.accounts import read_accounts
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.database.store import Store
from partnerdesk.models.database.versions import known_versions
from partnerdesk.models.lists.filter_parser import NO_FILTER
from partnerdesk.models.lists.query import Query
from partnerdesk.models.settings.database_url import Database, SqliteFile
from partnerdesk.models.settings.load import load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.lists.spec import Row, Sort

COLUMNS = ("company", "domain", "cloud", "country", "relationship", "tag", "seen")
"""The columns that the peers show, the same as the console's."""
_DROPPED = ("NO_COLOR", "COLORFGBG", "COLUMNS", "LINES", "TMUX", "STY")
_DROPPED_PREFIXES = (
    "PARTNERDESK_", "TEXTUAL_", "PYTHON", "SSH_", "LC_", "XDG_", "TERM_PROGRAM",
)  # fmt: skip


@dataclass(frozen=True)
class Book:
    """A book with demo customers."""

    size: int
    database: Database

    @property
    def store(self) -> Store:
        """A store over the database."""
        return Store(self.database)

    def accounts(self) -> list[Account]:
        """Return the partner accounts of the book."""
        connection = self.store.connect()
        try:
            return read_accounts(connection, load().enabled_clouds())
        finally:
            connection.close()

    def query(self) -> Query:
        """Return the query of the list of all customers in all clouds, in its default sort."""
        ids = tuple(account.id for account in self.accounts())
        return Query(CUSTOMERS, ids, NO_FILTER, CUSTOMERS.default_sort)

    def row(self, place: int, sort: Sort | None = None) -> Row:
        """Return the row at a position of that list; -1 is the last."""
        query = self.query()
        if sort is not None:
            query = Query(query.spec, query.accounts, query.filter, sort)
        connection = self.store.connect()
        try:
            offset = place if place >= 0 else query.count(connection) + place
            return query.window(connection, offset, 1)[0]
        finally:
            connection.close()

    def name(self, place: int) -> str:
        """Return a text that identifies the row at a position on the screen.

        The text is the beginning of the company's name, or of the domain if the name is not ASCII;
        it is short enough never to be cut off.
        """
        company, domain = (str(value) for value in self.row(place).values[:2])
        return (company if company.isascii() else domain)[:14].rstrip()


class Shelf:
    """A folder of books and tables, built once for each schema version and size."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._home = folder / "home"
        self.bytecode = folder / "bytecode"
        """The folder of Python's compiled modules (`PYTHONPYCACHEPREFIX`)."""

    def book(self, size: int) -> Book:
        """Return a book of `size` customers; build it first if it is missing.

        A book of an older schema version is upgraded, which is faster than building a new one.
        """
        file = self._file(size, "db")
        if not file.exists():
            part = file.with_suffix(".part.db")
            _remove(part)
            print(f"Making a book of {size:,} customers, once ...", file=sys.stderr, flush=True)
            if older := sorted(self._folder.glob(f"customers-*-{size}.db")):
                shutil.copyfile(older[-1], part)
                self.partnerdesk("--database", str(part), "database", "upgrade")
                for copy in self._folder.glob(f"{part.name}.schema-*"):
                    copy.unlink()
            else:
                self.partnerdesk("demo", "--customers", str(size), "--database", str(part))
            raw = sqlite3.connect(part)
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.close()
            part.rename(file)
        return Book(size, SqliteFile(file))

    def copy(self, size: int, folder: Path) -> Book:
        """Return a writable copy of a book, in `folder`."""
        source = self.book(size).database
        assert isinstance(source, SqliteFile)
        target = folder / f"copy-{size}.db"
        shutil.copyfile(source.path, target)
        return Book(size, SqliteFile(target))

    def table(self, size: int) -> Path:
        """Return the customers of a book as CSV, without control characters."""
        file = self._file(size, "csv")
        if not file.exists():
            part = file.with_suffix(".part.csv")
            self.partnerdesk(
                "--database", self.book(size).database.name, "--cloud", "all",
                "customers", "export", "--columns", ",".join(COLUMNS), "--overwrite", str(part),
            )  # fmt: skip
            part.rename(file)
        return file

    def partnerdesk(self, *arguments: str) -> None:
        """Run a command of partnerdesk."""
        self._home.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "partnerdesk", *arguments],
            cwd=ROOT,
            env=environment(self._home, self.bytecode),
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def _file(self, size: int, kind: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"customers-{known_versions()[-1]}-{size}.{kind}"


def environment(home: Path, bytecode: Path) -> dict[str, str]:
    """Return the environment of a measured program: a home folder of its own, no settings."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in _DROPPED and not name.startswith(_DROPPED_PREFIXES)
    }
    return inherited | {
        "HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor",
        "LANG": "C.UTF-8", "PYTHONPYCACHEPREFIX": str(bytecode),
    }  # fmt: skip


def python(module: str, *arguments: str) -> Sequence[str]:
    """Return the command that runs a module."""
    return (sys.executable, "-m", module, *arguments)


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
