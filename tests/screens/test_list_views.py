"""Views, columns and jumps on the lists, by keys."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.app import App
from textual.scrollbar import ScrollTo

from partnerdesk.models.core import paths
from partnerdesk.models.core.text import fold
from partnerdesk.models.lists.row_source import RowSource
from partnerdesk.models.lists.saved_views import SavedView
from partnerdesk.models.lists.saved_views_file import keep_columns, keep_view, read_views
from partnerdesk.models.lists.spec import Column, Row
from partnerdesk.tui.themes import DARK
from partnerdesk.tui.widgets.record_table import RecordTable
from tests.support.books import NOW, demo_desk
from tests.support.console import running

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.app import ComposeResult

    from partnerdesk.models.lists.spec import RowKey


async def test_a_view_is_shown_until_filter_or_sort_are_changed(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "space", "v")
        assert "1 No relationship" in console.said
        await console.press("3")
        assert "· 1 marked · filter: since:month · view: Added this month" in console.state
        assert "Since ▼" in console.lines()[0]
        await console.press("v", "2")
        assert "filter: seen>30d · view: Not seen for 30 days" in console.state
        assert "Seen ▲" in console.lines()[0]
        assert "Since" not in console.lines()[0]
        await console.press("s", "1")
        assert "view:" not in console.state
        assert "filter: seen>30d" in console.state
        await console.press("v", "3", "escape")
        assert "216 customers · 1 marked" in console.state, "Esc cleared the filter and the view"
        assert "Since" not in console.lines()[0]
        await console.press("v", "3", "v", "0")
        assert "216 customers · 1 marked" in console.state
        assert "Company ▲" in console.lines()[0]


async def test_what_is_shown_is_saved_replaced_and_deleted_as_a_view(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "v", "1", "s", "3", "C", "j", "space", "escape")
        await console.press("v", "s", "M", "enter")
        assert "view: M" in console.state
        assert read_views().kept.own[0].filter == "relationship:none"
        await console.press("s", "3", "v", "s", "enter", "n")
        assert not read_views().kept.own[0].descending, "it was asked, and kept"
        await console.press("v", "s", "enter", "o")
        assert read_views().kept.own[0].descending
        await console.press("escape", "C", "0", "enter")
        assert "Primary domain" in console.lines()[0]
        await console.press("v", "5")
        assert "Primary domain" not in console.lines()[0], "the view has its own columns"
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c")
        assert "view: M" in console.state
        assert "Primary domain" not in console.lines()[0]
        await console.press("v", "d", "1", "n")
        assert read_views().kept.own
        await console.press("v", "d", "1", "y")
        assert read_views().kept.own == ()
        assert "view:" not in console.state
        assert "Primary domain" in console.lines()[0]


async def test_many_views_are_chosen_by_name(tmp_path: Path) -> None:
    for number in range(9):
        keep_view(SavedView("customers", f"Küste {number} ganz im Norden", f"gmbh or x{number}"))
    async with running(demo_desk(tmp_path), (80, 24)) as console:
        await console.press("g", "c", "v")
        assert console.said.count("\n") == 2, "three lines, and nothing is cut"
        assert "n by name …" in console.said
        await console.press("n", "k", "tab", "tab", "enter")
        assert "filter: gmbh or x1" in console.state
        assert "view: Küste 1 ganz im Norden" in console.state


async def test_columns_are_chosen_moved_and_sized_for_all_books(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), (80, 24)) as console:
        await console.press("g", "c", "C")
        await console.press("j", "J", "space", "space", "end", "space", *["plus"] * 3, "shift+up")
        await console.press("home", "minus", "escape")
        assert console.lines()[0].split() == ["Company", "▲", "Primary", "domain", "Country",
                                              "Relationship", "›"]  # fmt: skip
        assert console.table.shown_columns()[-1].name == "call", "exported like in wide mode"
        await console.press("right")
        assert "Tags" in console.lines()[0]
        await console.press("left")
        assert "Tags" not in console.lines()[0]
    kept = read_views().kept.columns["customers"]
    assert [column.name for column in kept][-2:] == ["seen", "call"]
    keep_columns("customers", kept[:1])
    other = tmp_path / "other"
    other.mkdir()
    async with running(demo_desk(other), (80, 24)) as console:
        await console.press("g", "c", "C", "space")
        assert "has to stay" in str(console.app.screen.query_one(".dialog").border_subtitle)
        await console.press("escape")
        assert console.lines()[0].split() == ["Company", "▲"]
        await console.press("C", "0", "enter")
        assert read_views().kept.columns == {}
        assert "Seen" in console.lines()[0]


async def test_a_damaged_file_is_said_on_the_list_that_opens_all_the_same(tmp_path: Path) -> None:
    paths.user_views().parent.mkdir(parents=True)
    paths.user_views().write_text("{")
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c")
        assert "views.damaged.json" in console.said
        assert "216 customers" in console.state
        paths.user_views().write_text('{"format": 9, "views": [], "columns": {}}')
        await console.press("C", "space", "escape")
        assert "newer version" in console.said
        assert console.table.shown_columns()[0].name == "domain"


async def test_a_beginning_leads_to_the_first_row_that_has_it(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "apostrophe")
        assert console.screen.prompt.label == "Jump to (Company)"
        await console.press("S", "enter")
        table = console.table
        assert table.row is not None
        first = table.row
        assert fold(first.values[0]).startswith("s")
        await console.press("up")
        assert table.row is not None
        assert fold(table.row.values[0]) < "s"
        await console.press("apostrophe", "r", "z", "z", "enter")
        assert table.row == first, "what comes after it, where nothing begins so"
        await console.press("s", "5", "apostrophe", "x", "enter")
        assert "neither an age nor a date" in console.said


class Slow(RowSource):
    """A million rows, whose windows are given when they are let."""

    def __init__(self) -> None:
        self.windows: list[int] = []
        self.let = asyncio.Event()
        self.let.set()

    async def count(self) -> int:
        return 1_000_000

    async def place_of_key(self, key: RowKey) -> int | None:
        return key - 1

    async def window(
        self, start: int, length: int, total: int = 0, held: Sequence[tuple[int, Row]] = ()
    ) -> list[Row]:
        del total, held
        self.windows.append(start)
        await self.let.wait()
        return [Row(place + 1, (f"name {place}",)) for place in range(start, start + length)]


class Dragged(App[None]):
    """Nothing but a table."""

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.theme = DARK.name

    def compose(self) -> ComposeResult:
        yield RecordTable((Column("name", "Name", "", 20),), lambda: NOW)


async def test_a_dragged_scroll_bar_brings_the_latest_place_only() -> None:
    app, source = Dragged(), Slow()
    async with app.run_test(size=(60, 12)) as pilot:
        table = app.query_one(RecordTable)
        table.show(source)
        await table.settled()
        await app.workers.wait_for_complete()
        await pilot.pause()
        source.let.clear()
        source.windows.clear()
        for place in (100_000, 400_000, 700_000):
            table.post_message(ScrollTo(y=place))
            await pilot.pause()
            assert table.scroll_offset.y == place, "at once, not by and by"
        source.let.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert len(source.windows) <= 3, "none for what lies between"
        assert "name 700000" in table.render_line(1).text
        assert table.cursor == 0, "the cursor stays on its record"
