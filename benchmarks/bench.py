"""What every row is given: sizes, books, and the console and its peers, ready to start."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from benchmarks.books import Book, Shelf, environment, python
from benchmarks.terminal import Session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SMALL, MIDDLE = 1_000, 10_000
"""The sizes that the large list is read beside."""
ALL_CLOUDS = ("--cloud", "all")
"""The one list in which all customers of a book stand."""
LEAVE = "\x11"
BOOK_IS_OPEN = "▾"
"""Stands before the cloud in the header, from when the book is open."""


@dataclass
class Bench:
    """One run."""

    shelf: Shelf
    folder: Path
    """For what is thrown away."""
    large: int
    idle: float
    """Seconds for which each idle screen is listened to."""
    wanted: frozenset[int]
    """The rows that are asked for."""
    starts: int = 7
    """How often each program is started."""
    _homes: int = field(default=0, init=False)

    @cached_property
    def large_book(self) -> Book:
        """The book of the stress point."""
        return self.shelf.book(self.large)

    @cached_property
    def small_book(self) -> Book:
        """The book that the large one is read beside."""
        return self.shelf.book(SMALL)

    @cached_property
    def middle_book(self) -> Book:
        """The book of the design point."""
        return self.shelf.book(MIDDLE)

    def home(self) -> Path:
        """Return a new home folder: nothing is remembered in it."""
        self._homes += 1
        home = self.folder / f"home-{self._homes}"
        home.mkdir()
        return home

    def warm_up(self) -> None:
        """Let the console and its peers be compiled once, as an installed program is."""
        with self.console(self.small_book) as session:
            open_list(session, self.small_book)
            for key in ("enter", "escape", "?", "escape", "g", "h", LEAVE):
                session.press(key)
        for name in ("bare", "usual"):
            with self.peer(name, str(self.shelf.table(SMALL)), str(SMALL)) as session:
                session.settle(1.0)

    def environment(self, home: Path | None = None) -> dict[str, str]:
        """Return the environment of a program with this home folder, or a new one."""
        return environment(home or self.home(), self.shelf.bytecode)

    def session(self, command: Sequence[str], home: Path | None = None) -> Session:
        """Start a program in a terminal."""
        return Session(command, self.environment(home))

    def console(self, book: Book, *flags: str, home: Path | None = None) -> Session:
        """Start the console over a book."""
        return self.session(console_command(book, *flags), home)

    def plainly(self, book: Book, home: Path, **settings: object) -> Session:
        """Start the console as `partnerdesk` alone does, where the settings name the book."""
        said = {"database": book.database.name, **settings}
        file = home / ".config" / "partnerdesk" / "config.toml"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(
                "".join(f"{name} = {json.dumps(value)}\n" for name, value in said.items())
            )
        return self.session(python("partnerdesk"), home)

    def peer(self, name: str, *arguments: str) -> Session:
        """Start one of the Textual apps in `benchmarks/apps`."""
        return self.session(python(f"benchmarks.apps.{name}", *arguments))

    def visidata(self, table: Path) -> Session:
        """Start VisiData over a table, without any settings."""
        return self.session(python("visidata", str(table)))


def console_command(book: Book, *flags: str) -> Sequence[str]:
    """Return what starts the console over a book."""
    return python("partnerdesk", "--database", book.database.name, *(flags or ALL_CLOUDS))


def open_list(session: Session, book: Book) -> None:
    """Go to the list of customers in a running console, the cursor on the first row."""
    session.wait_for(BOOK_IS_OPEN)
    session.settle(0.3)
    session.press("g")
    session.press("c")
    session.wait_for(book.name(0))
    session.settle(0.3)
