"""The status of a list is correct: marks, hidden rows, order and errors; by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from sqlmodel import col
from textual.events import Paste
from textual.widgets import Static

from partnerdesk.models.core.errors import FilterError
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.session import AppSession
from partnerdesk.screens.relationships.invitations.invite import InviteManyScreen
from partnerdesk.tui.widgets.list_screen import ListScreen
from partnerdesk.tui.widgets.prompt import LONGEST_ANSWER
from tests.support.books import NOW, demo_desk
from tests.support.console import running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.console import Console


def remark(console: Console) -> str:
    return str(console.screen.prompt.query_one("#remark", Static).render())


def ended_elsewhere(desk: AppSession, *keys: int) -> None:
    """End the relationship with some customers as another process would."""
    with desk.store.writing_engine.begin() as connection:
        for key in keys:
            connection.execute(update(Customer).where(col(Customer.id) == key).values(ended_at=NOW))
    desk.pulse = ()


async def test_a_count_that_comes_late_hides_no_error_of_the_filter(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash")
        await console.type("relationship:xyz")
        screen, scope = console.screen, console.screen.desk.scope
        assert isinstance(screen, ListScreen)
        assert scope is not None
        screen.show_state(scope)  # as after the late count of an earlier query
        assert "relationship is never xyz" in remark(console)
        await console.press(*["backspace"] * 16)
        assert remark(console) == "216 customers"
        await console.press("escape", "v", "s")
        screen.show_state(scope)
        assert remark(console) == "", "the name of a view is no filter"


async def test_marks_go_with_their_rows(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    async with running(desk) as console:
        await console.press("g", "c", "space", "space", "space")
        marks = sorted(console.table.marks)
        assert "3 marked" in console.state
        ended_elsewhere(desk, *marks[:2])
        await console.press("r")
        assert "214 customers · 1 marked" in console.state
        assert console.table.marks == {marks[2]}
        await console.press("x")
        assert "m 1 marked" in console.said


async def test_prompts_about_marked_rows_say_how_many_the_filter_hides(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "space", "space", "space", "x")
        assert "hidden" not in console.said
        await console.press("escape", "slash")
        await console.type("country:DE")
        await console.press("enter", "x")
        assert "m 3 marked (3 hidden by the filter)" in console.said
        await console.press("escape", "i")
        screen = console.screen
        assert isinstance(screen, InviteManyScreen)
        assert screen.heading_text() == "Invite 3 customers in Global (3 hidden by the filter)"


async def test_an_order_that_no_heading_tells_is_told_below(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), (80, 24)) as console:
        await console.press("g", "c")
        assert "by " not in console.state
        await console.press("s", "3")
        assert "by Country ▲" in console.state
        await console.press("right")
        assert "Country▲" in console.lines()[0]
        assert "by " not in console.state


async def test_pasted_lines_are_one_filter_and_too_many_are_refused(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash")
        console.app.post_message(Paste("gmbh\n  or\r\nab \n"))
        await console.wait_until(lambda: "of 216" in remark(console))
        assert console.screen.prompt.text == "gmbh or ab"
        console.app.post_message(Paste("x" * LONGEST_ANSWER))
        await console.wait_until(lambda: "at most 2,000 characters" in remark(console))
        assert console.screen.prompt.text == "gmbh or ab"


async def test_what_is_wrong_with_an_answer_is_said_whole(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), (80, 24)) as console:
        await console.press("g", "c", "v", "s")
        await console.type("Added this month")
        await console.press("enter")
        assert console.screen.status.display
        assert console.said == "Added this month comes with the program. Choose another name."
        assert console.screen.prompt.text == "Added this month"
        await console.press("escape", "v", "s", "space", "enter")
        assert "1 to 40 characters" in console.said


async def test_the_whole_list_is_a_key_away_from_a_filter(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "v")
        assert "0 whole list" not in console.said
        await console.press("escape", "slash")
        await console.type("gmbh")
        await console.press("enter", "v", "0")
        assert console.state.startswith("216 customers")


async def test_a_jump_says_what_it_takes(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "s", "5", "apostrophe")
        await console.type("30")
        await console.press("enter")
        assert console.said.endswith("Write one alone: 30d, 2026-01-31, 2026-01 or 2026.")
        await console.type("d")
        await console.press("enter")
        assert not console.screen.prompt.is_open


async def test_the_help_goes_by_pages(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), (80, 16)) as console:
        await console.press("g", "c", "question_mark")
        box = console.app.screen.query_one(".dialog")
        places = []
        for key in ("pagedown", "end", "pageup", "home"):
            await console.press(key)
            places.append(round(box.scroll_offset.y))
        page, end, before, first = places
        assert 0 < page < end
        assert before == end - page
        assert first == 0


async def test_a_small_window_shows_only_that_it_is_too_small(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c")
        await console._pilot.resize_terminal(40, 12)
        await console.settle()
        shown = [widget for widget in console.screen.children if widget.region.area]
        assert [widget.id for widget in shown] == ["too-small"]


async def test_a_question_is_packed_anew_in_another_window(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "s")
        assert "\n" not in console.said
        await console._pilot.resize_terminal(60, 20)
        await console.settle()
        lines = console.said.split("\n")
        assert len(lines) == 2
        assert lines[1].split()[0].isdecimal(), "no choice is divided"


@pytest.mark.parametrize("text", ["nofield:1", "seen>never", "seen > 30d"])
async def test_an_error_while_typing_says_what_to_write(tmp_path: Path, text: str) -> None:
    from partnerdesk.models.customers.list import CUSTOMERS
    from partnerdesk.models.lists.filter_parser import parse

    with pytest.raises(FilterError) as caught:
        parse(text, CUSTOMERS, NOW)
    assert caught.value.remedy
    async with running(demo_desk(tmp_path), (200, 40)) as console:
        await console.press("g", "c", "slash")
        console.app.post_message(Paste(text))
        await console.settle()
        assert remark(console).startswith(str(caught.value)[:60])


async def test_a_list_left_far_down_opens_with_its_rows(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path, start="last")
    async with running(desk, (80, 24)) as console:
        await console.press("g", "c", "end", *["up"] * 40)
        key, place = console.table.row and console.table.row.key, console.table.cursor
        assert place > 100
    again = AppSession(desk.settings, desk.store, clock=desk.clock)
    async with running(again, (80, 24)) as console:
        assert console.screen.NAME == "customers"
        assert console.table.cursor == place
        assert console.table.row is not None
        assert console.table.row.key == key
        lines = console.lines()
        assert any(line.startswith("▌") for line in lines), "the cursor is seen"
        assert not any(line.split() and set(line.split()) == {"…"} for line in lines)
