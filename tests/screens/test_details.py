"""The details beside a list: from 140 columns on, they follow the cursor at once, unasked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Static

from partnerdesk.models.changes.list import CHANGES
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.customers.page import find_customer, read_customer
from partnerdesk.models.languages import _, speak
from partnerdesk.models.lists.details import row_details
from partnerdesk.models.lists.saved_views import ChosenColumn
from partnerdesk.models.lists.spec import MOMENTS, Column, Row
from partnerdesk.models.relationships.lists import TABS
from partnerdesk.screens.changes.page import ChangeScreen
from partnerdesk.screens.changes.run import RunScreen
from partnerdesk.screens.customers.add import AddCustomerScreen
from partnerdesk.screens.customers.drafts import DraftsScreen
from partnerdesk.screens.customers.list import CustomersScreen
from partnerdesk.screens.customers.page import CustomerScreen
from partnerdesk.screens.relationships.invitations.list import InvitationsScreen
from partnerdesk.screens.relationships.partners.list import PartnersScreen
from partnerdesk.tui import book_watch
from partnerdesk.tui.widgets import detail_screen
from partnerdesk.tui.widgets.detail_pane import DetailPane
from partnerdesk.tui.widgets.field_page import FieldPage
from partnerdesk.tui.widgets.lines import KeyBar
from partnerdesk.tui.widgets.record_layout import (
    GAP,
    GROWTH,
    GUTTER,
    arrange,
    useful_room,
)
from partnerdesk.tui.widgets.sections import Field, Section, merged
from tests.support.books import NOW, TESTER, demo_desk
from tests.support.console import running
from tests.support.edits import set_tags, write_note

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from partnerdesk.models.lists.spec import ListSpec
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.app_screen import AppScreen
    from tests.support.console import Console

WIDE, WIDER, NARROW = (160, 45), (200, 50), (139, 45)
HOSTILE = "[bold red]x[/] \x1b[2J\x1b]0;owned\x07 \u202egnp.exe"
SPECS = [CUSTOMERS, CHANGES, *TABS.values()]


def pane(console: Console) -> DetailPane:
    return console.screen.query_one(DetailPane)


def seen(console: Console) -> list[str]:
    """Return the lines of the details as they are drawn; none where they are not shown."""
    if not console.screen.query(DetailPane):
        return []
    widget = pane(console)
    if not widget.display:
        return []
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


def name_seen(console: Console) -> str:
    """Return the name in the first line of the details."""
    return seen(console)[0].strip().removeprefix("▸ ")


def fields(console: Console) -> dict[str, str]:
    """Return the labels and texts of the details."""
    return {field.label: field.text for field in pane(console)._fields}


def value_of(row: Row, column: str) -> Any:
    return row.values[CUSTOMERS.columns.index(CUSTOMERS.column(column))]


def at(console: Console, screen: type[AppScreen]) -> None:
    """Look which screen is on top."""
    assert type(console.screen) is screen


def customer(desk: AppSession, domain: str = "fabrikam.onmicrosoft.com") -> int:
    return find_customer(desk.store, domain, [1, 2, 3])


@pytest.mark.parametrize(
    ("language", "size"), [("en", WIDE), ("en", WIDER), ("ru", WIDE), ("ru", WIDER)]
)
async def test_details_follow_the_cursor_in_the_words_of_the_page(
    language: str, size: tuple[int, int], tmp_path: Path
) -> None:
    speak(language)
    async with running(demo_desk(tmp_path), size) as console:
        await console.press("g", "c", "j")
        row = console.table.row
        assert row is not None
        assert name_seen(console) == row.values[0] == fields(console)[_("Company")]
        assert fields(console)[_("Microsoft ID")] == value_of(row, "id"), "no column of it is shown"
        assert "id" not in console.table.widths()
        page = _("Contact and address")
        assert page in "\n".join(seen(console)), "the cursor rests: its page was read"
        assert all(text for text in fields(console).values())
        assert console.table.size.width + pane(console).outer_size.width == size[0]
        beside = fields(console)
        await console.press("enter")
        at(console, CustomerScreen)
        on_page = {field.label: field.text for field in console.screen.query_one(FieldPage)._fields}
        assert beside.items() - on_page.items() == {(_("Country"), value_of(row, "country"))}
        await console.press("escape", "k")
        assert name_seen(console) != beside[_("Company")]


async def test_a_key_asks_nothing_and_what_comes_late_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = demo_desk(tmp_path)
    monkeypatch.setattr(book_watch, "LOOK_SECONDS", 3_600)  # looking for changes is no key's
    async with running(desk, WIDE) as console:
        await console.press("g", "c")
        await console.wait_until(lambda: "Bill to" in fields(console))
        monkeypatch.setattr(detail_screen, "REST_SECONDS", 3_600)
        asked: list[object] = []
        begin = desk.reader.begin

        def counted(work: Callable[[], Any]) -> Future[Any]:
            if isinstance(work, partial):  # the watch of the book asks by itself, in its time
                asked.append(work)
            return begin(work)

        monkeypatch.setattr(desk.reader, "begin", counted)
        for place in range(1, 6):
            await console._pilot.press("j")
            row = console.table.row
            assert row is not None
            assert console.table.cursor == place
            assert name_seen(console) == row.values[0] == fields(console)["Company"]
            assert "Bill to" not in fields(console)
        assert asked == []
        monkeypatch.setattr(detail_screen, "REST_SECONDS", 0)
        await console._pilot.press("j")
        await console.wait_until(lambda: "Bill to" in fields(console))
        assert len(asked) == 1, "one question, of the row on which the cursor rests"
        assert "Bill to" in fields(console)
        assert fields(console)["Bill to"] == fields(console)["Company"]


async def test_keys_go_into_the_details_and_back(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    async with running(desk, WIDE) as console:
        await console.press("g", "c", "slash", *"fabrikam,", "enter")
        if type(console.screen) is CustomerScreen:
            await console.press("escape")
        cursor = console.table.cursor
        await console.press("tab", "j", "j", "y")
        assert pane(console).has_focus
        assert console.app.clipboard == fields(console)["Microsoft ID"]
        assert [line for line in seen(console) if "▌ Microsoft ID" in line]
        assert not [line for line in console.lines() if "▌" in line], "one pointer"
        assert console.table.cursor == cursor, "only the details were moved through"
        await console.press("escape")
        assert console.table.has_focus
        assert not any("▌" in line for line in seen(console))
        assert len([line for line in console.lines() if "▌" in line]) == 1
        await console.press("tab", "tab")
        assert console.table.has_focus
        await console.press("tab", "enter")
        at(console, CustomerScreen)
        await console.press("escape")
        at(console, CustomersScreen)
        assert pane(console).has_focus
        await console.press("G", "enter")
        at(console, ChangeScreen)
        await console.press("escape", "escape")
        at(console, CustomersScreen)


async def test_a_backslash_hides_the_details_of_a_list_and_that_is_remembered(
    tmp_path: Path,
) -> None:
    async with running(demo_desk(tmp_path), WIDE) as console:
        await console.press("g", "c", "tab", "backslash")
        assert seen(console) == []
        assert console.table.has_focus
        assert console.table.size.width == WIDE[0]
        assert "\\ shows them" in console.said
        await console.press("g", "h")
        assert name_seen(console) == "Demo book made"
    async with running(demo_desk(tmp_path), WIDE) as console:
        await console.press("g", "c")
        assert seen(console) == []
        await console.press("backslash")
        assert name_seen(console) == "Adventure Works Cycles"


async def test_below_140_columns_nothing_is_there(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), NARROW) as console:
        await console.press("g", "c")
        assert seen(console) == []
        assert console.table.size.width == NARROW[0]
        assert "\\" not in console.screen.query_one(KeyBar).render().plain
        for key in ("backslash", "tab"):
            await console.press(key)
            assert "No such key here" in console.said
        await console.type(":details")
        await console.press("enter")
        assert "from 140 columns on" in console.said
        offered = {action.id for action in console.screen.offered_actions()}
        assert not offered & {"list.details", "list.into-details"}
        await console.press("g", "l", "tab")
        at(console, PartnersScreen)


async def test_beside_details_tab_goes_into_them_and_digits_change_the_tab(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), (140, 30)) as console:
        await console.press("g", "l", "tab")
        at(console, InvitationsScreen)
        assert pane(console).has_focus
        await console.press("2")
        at(console, PartnersScreen)
        assert "\\ Details" in console.screen.query_one(KeyBar).render().plain
        await console.press("question_mark")
        keys = str(console.app.screen.query_one(".keys", Static).render())
        assert "Go into the details beside the list" in keys
        assert "In the details: back to the list" in keys
        assert "Go to the next tab" not in keys
        await console.press("escape", "backslash", "tab")
        assert console.screen.NAME == "relationships"
        assert type(console.screen) is not PartnersScreen, "without details Tab is the next tab"


async def test_a_resize_across_140_loses_neither_cursor_nor_focus(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), WIDE) as console:
        await console.press("g", "c", *["j"] * 7, "tab", "j")
        row = console.table.row
        for size in (NARROW, WIDER, (80, 24), WIDE):
            await console._pilot.resize_terminal(*size)
            await console.settle()
            assert console.table.row == row
            assert console.table.has_focus
            assert bool(seen(console)) == (size[0] >= 140)
            assert not seen(console) or name_seen(console) == fields(console)["Company"]
        await console.press("tab")
        await console._pilot.resize_terminal(*WIDER)
        await console.settle()
        assert pane(console).has_focus


async def test_details_stand_beside_every_list(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), WIDE) as console:
        await console.press("g", "l")
        assert {"Next step", "Kind of invitation", "E-mail", "Customer"} <= fields(console).keys()
        await console.press("2")
        assert {"Name", "MPN ID", "Kind of partner", "Since"} <= fields(console).keys()
        await console.press("3")
        assert {"Name", "Ends", "Roles", "Term", "Approval asked"} <= fields(console).keys()
        assert "! in 11 d" in fields(console)["Ends"]
        await console.press("A", "E", "p")
        at(console, RunScreen)
        assert {"Result", "What happens"} <= fields(console).keys()
        assert console.said.startswith("Nothing is written yet")
        await console.press("j")
        assert "Verdict" in fields(console), "its plan"
        assert console.said.startswith("Nothing is written yet"), "the row is not said twice"
        await console.press("escape", "4")
        assert {"Ended", "Ended by", "Why", "Earlier relationship"} <= fields(console).keys()
        await console.press("g", "h", "j")
        assert name_seen(console) == "Updated"
        assert {"When", "Who", "Status", "Hash", "Relationship"} <= fields(console).keys()
        await console.press("g", "c", "n", *"Padaria", "tab", "tab", "tab", *"pt", "tab")
        at(console, AddCustomerScreen)
        await console.press("escape", "n")
        at(console, DraftsScreen)
        assert name_seen(console) == "Padaria"
        assert fields(console)["Country"] == "PT"


async def test_a_change_of_the_book_is_seen_and_the_keys_stay_in_the_details(
    tmp_path: Path,
) -> None:
    desk = demo_desk(tmp_path)
    async with running(desk, WIDE) as console:
        await console.press("g", "c", "tab", "j", "j")
        label = pane(console).field
        row = console.table.row
        assert row is not None
        write_note(desk.store, row.key, HOSTILE, note=None, actor=TESTER, at=NOW)
        await console.app.book_changed()
        await console.settle()
        assert pane(console).has_focus
        after = pane(console).field
        assert label is not None
        assert after is not None
        assert after.label == label.label
        text = "\n".join(seen(console))
        assert "[bold red]x[/]" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


async def test_long_values_are_wrapped_and_markup_is_text(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    id = customer(desk)
    tags = [f"a long tag of number {number}" for number in range(12)]
    version = read_customer(desk.store, id).customer.version
    set_tags(desk.store, id, tags, version=version, actor=TESTER, at=NOW)
    async with running(desk, WIDE) as console:
        await console.press("g", "c", "slash", *"fabrikam", "enter")
        if type(console.screen) is CustomerScreen:
            await console.press("escape")
        lines = "\n".join(seen(console))
        assert "a long tag" in lines
        assert "number 9" in lines
        assert max(map(len, seen(console))) <= pane(console).outer_size.width


def test_columns_take_what_they_can_use_and_no_more() -> None:
    columns = (
        Column("name", "Name", "", 10, grows=2),
        Column("place", "Place", "", 8, grows=1),
        Column("code", "Code", "", 6),
        Column("more", "More", "", 30, wide_only=True),
    )
    room = useful_room(columns, wide=False)
    assert room == GUTTER + 10 + 8 + 6 + 3 * GROWTH + 2 * GAP
    widths = [one.width for one in arrange(columns, room, wide=False).placed]
    assert widths == [10 + 2 * GROWTH, 8 + GROWTH, 6]
    assert useful_room(columns, wide=True) == room + 30 + GAP
    chosen = (ChosenColumn("place", 50), ChosenColumn("name", 0))
    assert useful_room(columns, wide=False, chosen=chosen) == GUTTER + 50 + GAP + 10 + 2 * GROWTH


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_row_is_shown_whole(spec: ListSpec) -> None:
    named = [name for group in spec.groups for name in group.columns]
    assert len(named) == len(set(named))
    assert set(named) <= {column.name for column in spec.columns}
    values = tuple(
        86_400_000 if column.kind in MOMENTS else ["x"] if column.many else "x"
        for column in spec.columns
    )
    told = row_details(spec, Row(1, values), {}, NOW)
    assert sum(len(lines) for _title, lines in told) == len(spec.columns)
    nothing = Row(1, tuple([] if column.many else "" for column in spec.columns))
    told = row_details(spec, nothing, {}, NOW)
    assert {line.text for _title, lines in told for line in lines} <= {"not known"}


def test_a_page_completes_what_the_row_said_in_its_place() -> None:
    row = [Section("Name", (Field("A", "1"), Field("B", "2"))), Section("Two", (Field("C", "3"),))]
    page = [
        Section("Full name", (Field("B", "2 and more"), Field("D", "4"))),
        Section("Three", (Field("E", "5"),)),
        Section("Two", (Field("F", "6"),)),
    ]
    assert merged(row, page) == [
        Section("Name", (Field("A", "1"), Field("B", "2 and more"), Field("D", "4"))),
        Section("Two", (Field("C", "3"), Field("F", "6"))),
        Section("Three", (Field("E", "5"),)),
    ]
    assert merged(row, ()) == row
