"""The same keys lead to the same place, typed at once or slowly; the mouse and its tabs too.

`PARTNERDESK_TEST_PACE_TIMES=40 pytest tests/terminal/test_pace.py` goes each way 40 times.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core import paths
from partnerdesk.models.database.store import Store
from tests.support import postgres
from tests.support.books import demo_store, fill_demo
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partnerdesk.models.settings.database_url import PostgresServer

TIMES = int(os.environ.get("PARTNERDESK_TEST_PACE_TIMES", "2"))
PACES = (0.0, 0.03, 0.12, 0.35)
"""Seconds between keys, as in no time, held down, typed and thought of; 0 is one write."""
PLACES = {
    "r": "Read this to learn",
    "o": "Customers by cloud",
    "c": "Primary domain",
    "l": "▸1 Invitations",
    "h": "When (UTC)",
}
"""What stands where `g` and a letter lead to, and nowhere else."""
TABS = ("1 Invitations", "2 Partners", "3 Delegated admin", "4 Ended")


@contextmanager
def console(book: str, size: tuple[int, int] = (120, 40)) -> Iterator[Terminal]:
    """Open the console on a book; at the end it must leave in order, without a crash report."""
    columns, rows = size
    command = [sys.executable, "-m", "partnerdesk", "--database", book]
    with Terminal(command, columns, rows) as terminal:
        terminal.wait_for("Read this to learn")
        terminal.wait_until(lambda text: "customers" in text and "DROP" not in text)
        terminal.wait_idle()
        yield terminal
        terminal.wait_idle()
        assert not reports()
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0


def reports() -> list[str]:
    """Return the reports of crashes, whole."""
    return [file.read_text() for file in paths.state_folder().glob("crash-*.txt")]


def go(terminal: Terminal, keys: str, pace: float) -> None:
    """Type keys at a pace."""
    if not pace:
        terminal.type(keys)
        return
    for key in keys:
        terminal.type(key)
        terminal.read_for(pace)


@pytest.fixture(scope="module")
def filled_database() -> str:
    """Return a template of the demo book on the PostgreSQL server."""

    def fill(database: PostgresServer) -> None:
        store = Store(database)
        store.open(["global", "us-gov", "germany"])
        fill_demo(store, 300)
        store.engine.dispose()

    return postgres.template(fill)  # it goes with the others of this process


@pytest.fixture(params=["sqlite", "postgres"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of a demo book on each kind of database in turn."""
    if request.param == "sqlite":
        demo_store(tmp_path)
        yield str(tmp_path / "demo.db")
        return
    with postgres.fresh_database(request.getfixturevalue("filled_database")) as database:
        yield database.address


@pytest.fixture
def sqlite_book(tmp_path: Path) -> str:
    demo_store(tmp_path)
    return str(tmp_path / "demo.db")


@pytest.mark.parametrize("pace", PACES)
def test_from_a_customer_to_every_main_screen(book: str, pace: float) -> None:
    with console(book) as terminal:
        for _time in range(TIMES):
            for letter, stands in PLACES.items():
                go(terminal, f"gc\rg{letter}", pace)
                terminal.wait_until(lambda text, stands=stands: stands in text)  # type: ignore[misc]
                terminal.wait_idle()
                assert stands in terminal.text


def test_a_click_on_each_tab_shows_it_and_the_console_still_answers(sqlite_book: str) -> None:
    with console(sqlite_book) as terminal:
        terminal.press("g", "l")
        terminal.wait_for("▸1 Invitations")
        for time in range(TIMES * 10):
            tab = TABS[(time + 1) % len(TABS)]
            column = terminal.line(1).index(tab) + 3
            terminal.send(f"\x1b[<0;{column};2M\x1b[<0;{column};2m".encode())
            terminal.wait_for(f"▸{tab}", seconds=5)
            terminal.press("?")
            terminal.wait_for("Show all keys of this screen", seconds=5)
            terminal.press("escape")
            terminal.wait_until(lambda text: "Show all keys of this screen" not in text, seconds=5)


def test_letters_that_name_no_action_run_nothing_in_the_palette(sqlite_book: str) -> None:
    with console(sqlite_book) as terminal:
        key_bar = terminal.line(-1)
        for _time in range(TIMES):
            terminal.send(b"\x10yqxD\r")
            terminal.wait_idle()
            assert terminal.line(-1) == key_bar  # the start still lies below the palette
            terminal.press("escape")
            terminal.wait_idle()


def test_a_filter_typed_on_the_start_opens_the_customers_with_it(sqlite_book: str) -> None:
    with console(sqlite_book) as terminal:
        terminal.type("/kontoso")
        terminal.wait_for("Primary domain")
        terminal.wait_for("kontoso")
        terminal.wait_idle()
        assert "Filter" in terminal.text
        terminal.press("enter")
        terminal.wait_for("filter: kontoso")


@pytest.mark.parametrize("time", range(TIMES))
@pytest.mark.parametrize("pace", [0.05, 0.3])
def test_the_way_that_was_found_by_hand(sqlite_book: str, pace: float, time: int) -> None:
    del time  # each time begins with nothing remembered
    with console(sqlite_book, size=(200, 40)) as terminal:
        go(terminal, "gc/fabr\re", pace)
        terminal.read_for(2.0)  # the form is read in by then, as it was then
        go(terminal, "\x1b", 0.2)
        go(terminal, "gl23", pace)
        terminal.wait_for("▸3 Delegated admin", seconds=5)
