"""The table: keys move the cursor, the cursor stays on its record, any length opens at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.app import App

from partnerdesk.models.lists.row_source import ListedRows, RowSource
from partnerdesk.models.lists.spec import Column, Row, RowKey
from partnerdesk.tui.themes import DARK
from partnerdesk.tui.widgets.record_layout import arrange, fitted
from partnerdesk.tui.widgets.record_table import RecordTable
from tests.support.books import NOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.pilot import Pilot

COLUMNS = (
    Column("name", "Name", "", 10, grows=1),
    Column("place", "Place", "", 8, rank=1),
    Column("more", "More", "", 30, wide_only=True, rank=2),
)


class Numbers(RowSource):
    """A source of `total` rows that are made when they are asked for."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.windows: list[tuple[int, int]] = []
        self.gate: asyncio.Event | None = None

    async def count(self) -> int:
        if self.gate is not None:
            await self.gate.wait()
        return self.total

    async def window(
        self, start: int, length: int, total: int = 0, held: Sequence[tuple[int, Row]] = ()
    ) -> list[Row]:
        del total, held
        self.windows.append((start, length))
        last = min(start + length, self.total)
        return [Row(n + 1, (f"name {n}", f"at {n}", "more")) for n in range(start, last)]

    async def place_of_key(self, key: RowKey) -> int | None:
        return key - 1 if 1 <= key <= self.total else None


class TableApp(App[None]):
    """Nothing but a table."""

    CSS = "Screen { layers: base; }"

    def __init__(self, total: int) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.theme = DARK.name
        self.source = Numbers(total)
        self.opened: list[RowKey] = []

    def compose(self) -> ComposeResult:
        yield RecordTable(COLUMNS, lambda: NOW)

    def on_mount(self) -> None:
        self.table.show(self.source)
        self.table.focus()

    @property
    def table(self) -> RecordTable:
        return self.query_one(RecordTable)

    def on_record_table_opened(self, event: RecordTable.Opened) -> None:
        self.opened.append(event.row.key)


async def settled(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def shown(table: RecordTable) -> list[str]:
    return [table.render_line(y).text.rstrip() for y in range(table.size.height)]


async def test_a_million_rows_open_with_one_small_window() -> None:
    app = TableApp(1_000_000)
    async with app.run_test(size=(60, 12)) as pilot:
        await settled(pilot)
        assert len(app.source.windows) == 1
        assert app.source.windows[0][1] < 200
        lines = shown(app.table)
        assert lines[0].split() == ["Name", "Place"]
        assert lines[1].startswith("▌ name 0")
        assert lines[11].startswith("  name 10")


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        (["down", "j", "j", "k"], 2),
        (["up"], 0),
        (["end"], 999_999),
        (["G", "home"], 0),
        (["pagedown"], 10),
        (["end", "pageup"], 999_989),
        (["end", "down"], 999_999),
    ],
)
async def test_keys_move_the_cursor_and_what_it_is_on_is_seen(keys: list[str], cursor: int) -> None:
    app = TableApp(1_000_000)
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press(*keys)
        await settled(pilot)
        assert app.table.cursor == cursor
        assert any(line.startswith(f"▌ name {cursor}  ") for line in shown(app.table))


async def test_a_second_click_opens_the_row_and_the_first_moves_to_it() -> None:
    app = TableApp(50)
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.click(RecordTable, offset=(5, 4))
        assert app.table.cursor == 3
        assert app.opened == []
        await pilot.click(RecordTable, offset=(5, 6), times=2)
        assert app.opened == [6]


async def test_the_cursor_stays_on_its_record_when_rows_come_and_go() -> None:
    app = TableApp(50)
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press(*["down"] * 20)
        row = app.table.row
        assert row is not None
        others = [Row(n, (f"other {n}", "", "")) for n in range(100, 130)]
        app.table.show(ListedRows([*others, row, *others[:5]]))
        await settled(pilot)
        assert app.table.row == row
        assert app.table.cursor == 30
        assert any(line.startswith("▌ name 20") for line in shown(app.table))


async def test_the_cursor_stays_near_when_its_record_is_gone() -> None:
    app = TableApp(50)
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press(*["down"] * 20)
        app.table.show(Numbers(10))
        await settled(pilot)
        assert app.table.cursor == 9
        app.table.show(Numbers(0))
        await settled(pilot)
        assert app.table.row is None
        await pilot.press("down", "enter", "space", "end")


async def test_an_answer_that_comes_too_late_is_dropped() -> None:
    app = TableApp(50)
    async with app.run_test(size=(60, 12)) as pilot:
        slow, fast = Numbers(7), Numbers(9)
        slow.gate = asyncio.Event()
        app.table.show(slow)
        await asyncio.sleep(0)
        app.table.show(fast)
        await app.table.settled()
        slow.gate.set()
        await settled(pilot)
        assert app.table.total == 9


async def test_marks_stay_with_their_records() -> None:
    app = TableApp(50)
    async with app.run_test(size=(60, 12)) as pilot:
        await app.table.toggle_mark()
        await app.table.toggle_mark()
        await settled(pilot)
        assert app.table.marks == {1, 2}
        assert app.table.cursor == 2
        app.table.show(Numbers(2))
        await settled(pilot)
        assert app.table.marks == {1, 2}
        assert shown(app.table)[1].startswith(" ●")


async def test_narrow_drops_columns_and_wide_scrolls_sideways() -> None:
    app = TableApp(50)
    async with app.run_test(size=(16, 12)) as pilot:
        await settled(pilot)
        assert shown(app.table)[0].split() == ["Name", "›"]
        app.table.set_wide(wide=True)
        assert app.table.shown_columns() == list(COLUMNS)
        before = shown(app.table)[1]
        assert "at" in before
        await pilot.press("right")
        after = shown(app.table)[1]
        assert before[:5] == after[:5]
        assert before != after
        assert shown(app.table)[0].startswith("‹ Na")
        await pilot.press(*["right"] * 5)
        assert "›" not in shown(app.table)[0]
        await pilot.press(*["left"] * 5)
        assert shown(app.table)[1] == before


async def test_a_growing_terminal_shows_more_rows_without_a_gap() -> None:
    app = TableApp(1_000)
    async with app.run_test(size=(60, 6)) as pilot:
        await pilot.press("end")
        await settled(pilot)
        await pilot.resize_terminal(60, 40)
        await settled(pilot)
        assert not any("…" in line for line in shown(app.table))


def test_widths_fill_the_room_exactly() -> None:
    for room in range(20, 140):
        placed = arrange(COLUMNS, room, wide=False).placed
        if len(placed) == 2:
            assert sum(entry.width for entry in placed) + 2 + 2 == room


@pytest.mark.parametrize(
    ("text", "width", "shown_as"),
    [("abc", 5, "abc  "), ("abcdef", 4, "abc…"), ("日本語", 5, "日本…"), ("日本語", 4, "日 …"),
     ("", 2, "  "), ("x", 0, "")],
)  # fmt: skip
def test_text_is_fitted_by_cells_not_letters(text: str, width: int, shown_as: str) -> None:
    assert fitted(text, width) == shown_as


async def test_a_key_pressed_while_rows_are_read_is_not_undone() -> None:
    app = TableApp(50)
    async with app.run_test(size=(60, 12)) as pilot:
        await settled(pilot)
        slow = Numbers(60)
        slow.gate = asyncio.Event()
        app.table.show(slow)
        await asyncio.sleep(0)
        await pilot.press("down", "down", "down")
        slow.gate.set()
        await settled(pilot)
        assert app.table.total == 60
        assert app.table.cursor == 3
