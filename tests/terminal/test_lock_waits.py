"""Esc stops the wait for a book that another process holds, and means nothing else then."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support.books import demo_store
from tests.support.commands import COMMAND
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

SOON = 8.0
"""Seconds, far fewer than a writer waits by itself (`connection.BUSY_SECONDS`)."""


def is_told_locked(text: str) -> bool:
    """Say whether the error is shown, wherever its lines break."""
    return "is locked by another process" in " ".join(text.split())


def test_esc_stops_the_wait_for_a_book_that_another_process_holds(tmp_path: Path) -> None:
    book = demo_store(tmp_path).database.name
    with Terminal([*COMMAND, "--database", book, "--cloud", "global"]) as terminal:
        terminal.wait_for("216 customers")
        terminal.type("gc/contoso suites\r")
        terminal.wait_for("contososuites")
        terminal.wait_for("Tags")
        with closing(sqlite3.connect(book, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            terminal.type("tkept, \r")
            terminal.wait_for("Another process holds the book: Esc stops waiting")
            terminal.press("escape")
            terminal.wait_until(is_told_locked, seconds=SOON)
            assert "kept" in terminal.text  # the line is open again with what was typed
            other.execute("ROLLBACK")
        terminal.press("enter")
        terminal.wait_for("Tags: + kept")


def test_esc_leaves_where_the_book_is_held_as_it_is_opened(tmp_path: Path) -> None:
    """A cloud was turned on: its account has to be written before anything is shown."""
    book = tmp_path / "book.db"
    Store(SqliteFile(book)).open(["global"])
    with closing(sqlite3.connect(book, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with Terminal([*COMMAND, "--database", str(book)]) as terminal:
            terminal.wait_for("Another process holds the book: Esc stops waiting", seconds=SOON)
            terminal.press("escape")
            terminal.wait_until(is_told_locked, seconds=SOON)
            assert terminal.exit_code == 5
    with Terminal([*COMMAND, "--database", str(book)]) as terminal:
        terminal.press("g", "c")
        terminal.wait_for("No customers in")
