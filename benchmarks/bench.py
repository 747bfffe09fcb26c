"""The context of all measurements: sizes, books, and functions to start the console and peers."""

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
"""The numbers of customers with which the large book is compared."""
ALL_CLOUDS = ("--cloud", "all")
"""The flags that show all customers of a book in one list."""
LEAVE = "\x11"
BOOK_IS_OPEN = "▾"
"""The mark before the cloud in the header; shown as soon as the book is open."""


@dataclass
class Bench:
    """One run of the benchmarks."""

    shelf: Shelf
    folder: Path
    """The folder for temporary files."""
    large: int
    """The number of customers in the large book."""
    idle: float
    """Seconds for which the bytes of each idle screen are counted."""
    wanted: frozenset[int]
    """The rows of the table to measure."""
    starts: int = 7
    """The number of starts of each program."""
    _homes: int = field(default=0, init=False)

    @cached_property
    def large_book(self) -> Book:
        """The book of the largest size."""
        return self.shelf.book(self.large)

    @cached_property
    def small_book(self) -> Book:
        """The book with which the large one is compared."""
        return self.shelf.book(SMALL)

    @cached_property
    def middle_book(self) -> Book:
        """The book of the expected size."""
        return self.shelf.book(MIDDLE)

    def home(self) -> Path:
        """Return a new, empty home folder."""
        self._homes += 1
        home = self.folder / f"home-{self._homes}"
        home.mkdir()
        return home

    def warm_up(self) -> None:
        """Start the console and its peers once, so that Python has compiled their modules."""
        with self.console(self.small_book) as session:
            open_list(session, self.small_book)
            for key in ("enter", "escape", "?", "escape", "g", "h", LEAVE):
                session.press(key)
        for name in ("bare", "usual"):
            with self.peer(name, str(self.shelf.table(SMALL)), str(SMALL)) as session:
                session.settle(1.0)

    def environment(self, home: Path | None = None) -> dict[str, str]:
        """Return the environment of a program with this home folder, or with a new one."""
        return environment(home or self.home(), self.shelf.bytecode)

    def session(self, command: Sequence[str], home: Path | None = None) -> Session:
        """Start a program in a terminal."""
        return Session(command, self.environment(home))

    def console(self, book: Book, *flags: str, home: Path | None = None) -> Session:
        """Start the console over a book."""
        return self.session(console_command(book, *flags), home)

    def plainly(self, book: Book, home: Path, **settings: object) -> Session:
        """Start the console without flags; the settings file in `home` names the book."""
        content = {"database": book.database.name, **settings}
        file = home / ".config" / "partnerdesk" / "config.toml"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(
                "".join(f"{name} = {json.dumps(value)}\n" for name, value in content.items())
            )
        return self.session(python("partnerdesk"), home)

    def peer(self, name: str, *arguments: str) -> Session:
        """Start one of the Textual apps in `benchmarks/apps`."""
        return self.session(python(f"benchmarks.apps.{name}", *arguments))

    def visidata(self, table: Path) -> Session:
        """Start VisiData over a table, with default settings."""
        return self.session(python("visidata", str(table)))


def console_command(book: Book, *flags: str) -> Sequence[str]:
    """Return the command that starts the console over a book."""
    return python("partnerdesk", "--database", book.database.name, *(flags or ALL_CLOUDS))


def open_list(session: Session, book: Book) -> None:
    """Go to the list of customers in a running console; the cursor is on the first row."""
    session.wait_for(BOOK_IS_OPEN)
    session.settle(0.3)
    session.press("g")
    session.press("c")
    session.wait_for(book.name(0))
    session.settle(0.3)
