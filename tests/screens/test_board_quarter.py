"""The weeks of the quarter below the board, and what the board says of kinds that it cuts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.board import rules
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.screens.board.list import BoardScreen
from partnerdesk.tui.widgets.chart_strip import ChartStrip
from tests.conftest import CLOUDS
from tests.support.board_book import DAY, delegated, renewing
from tests.support.books import NOW
from tests.support.commands import run
from tests.support.console import running
from tests.support.desks import desk_over
from tests.support.relations import add_customer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.console import Console


@pytest.fixture
def book(tmp_path: Path) -> Store:
    """Return a book whose terms end in weeks 1, 1 and 13, and delegated admin in week 2."""
    return fill(tmp_path / "book.db", NOW)


def fill(file: Path, at: datetime) -> Store:
    store = Store(SqliteFile(file))
    store.open(CLOUDS)
    customer = add_customer(store, "Contoso", "contoso")
    for days in (1, 2, 12 * 7 + 1, 13 * 7 + 1):
        renewing(store, customer, at + days * DAY)
    delegated(store, customer, at + 8 * DAY)
    return store


def strip(console: Console) -> list[str]:
    assert isinstance(console.screen, BoardScreen)
    shown = console.screen.query_one(ChartStrip)
    return str(shown.content).split("\n") if shown.display else []


async def test_the_weeks_are_below_the_board_where_there_is_room(book: Store) -> None:
    async with running(desk_over(book), (120, 40)) as console:
        await console.press("g", "n")
        lines = strip(console)
        assert lines[0].split() == [
            *["Subscription", "terms", "ending", "3", "Delegated", "admin", "ending", "1"]
        ]  # fmt: skip
        assert lines[-2].split() == [*"2000000000001", *"0100000000000"]
        assert "█" in "".join(lines)


async def test_no_key_draws_them_again(book: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(desk_over(book), (120, 40)) as console:
        await console.press("g", "n")
        drawings: list[object] = []
        monkeypatch.setattr(ChartStrip, "update", lambda _strip, content: drawings.append(content))
        await console.press("j", "j", "k", "w", "s", "escape", "Z", "Z", "r")
        assert drawings == []


async def test_a_small_terminal_has_the_items_only(book: Store) -> None:
    async with running(desk_over(book), (80, 24)) as console:
        await console.press("g", "n")
        assert strip(console) == []


async def test_the_status_names_the_kinds_that_are_cut(
    book: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST", 1)
    async with running(desk_over(book), (80, 24)) as console:
        await console.press("g", "n")
        assert console.screen.status.state.endswith("of each account are here of: Renewal.")
    monkeypatch.setattr(rules, "MOST", 2)
    async with running(desk_over(book), (80, 24)) as console:
        await console.press("g", "n")
        assert "Only" not in console.screen.status.state


def test_the_command_counts_the_same_weeks(tmp_path: Path) -> None:
    fill(tmp_path / "now.db", datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=5))
    weeks = run("board", "weeks", "--json", "--database", tmp_path / "now.db").json
    assert [week["renewals"] for week in weeks] == [2, *[0] * 11, 1]
    assert [week["delegated_admin"] for week in weeks] == [0, 1, *[0] * 11]
    text = run("board", "weeks", "--database", tmp_path / "now.db").out.splitlines()
    assert text[1].endswith(": terms 0, delegated admin 1")
    assert len(text) == 13
