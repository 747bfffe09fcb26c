"""A prompt that opens with a text: typing replaces it, an arrow edits it, Enter keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import Paste

from partnerdesk.models.lists.filter_history import FilterHistory
from partnerdesk.models.lists.saved_views_file import read_views
from partnerdesk.tui.widgets.safe_input import SafeInput
from tests.support.books import demo_desk, demo_store
from tests.support.commands import COMMAND
from tests.support.console import remark, running
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.console import Console


async def filtered(console: Console, text: str = "gmbh", *keys: str) -> None:
    """Filter the customers by a text, press some keys, and open the filter again."""
    await console.press("g", "c", "slash", *text, "enter", *keys, "slash")


def selected(console: Console) -> str:
    return console.screen.prompt.query_one(SafeInput).selected_text


KEYS: list[tuple[list[str], str]] = [
    ([*"cont"], "cont"),
    (["left", "x"], "xgmbh"),
    (["right", "x"], "gmbhx"),
    (["home", "x"], "xgmbh"),
    (["end", "x"], "gmbhx"),
    (["shift+left", "x"], "xh"),
    (["backspace"], ""),
    (["delete"], ""),
    (["ctrl+u"], ""),
    (["ctrl+w"], ""),
    (["ctrl+k"], ""),
    ([], "gmbh"),
]
"""What is pressed on the old filter, and what the filter is then."""


async def test_the_old_filter_is_replaced_by_typing_and_edited_by_moving(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        for keys, text in KEYS:
            await filtered(console)
            assert selected(console) == "gmbh"
            await console.press(*keys)
            assert console.screen.prompt.text == text
            if text == "cont":
                assert remark(console) == "2 of 216"
            await console.press("enter")
            assert console.state.partition("filter: ")[2] == text


async def test_the_old_filter_stands_below_those_used_before(tmp_path: Path) -> None:
    before = FilterHistory()
    before.use("customers", "seen:never", 1)
    before.save()
    async with running(demo_desk(tmp_path)) as console:
        await filtered(console)
        await console.press("up")
        assert console.screen.prompt.text == "seen:never"
        await console.press("down", "x")  # what stood there is gone on with
        assert console.screen.prompt.text == "gmbhx"


async def test_a_paste_a_click_and_tab_on_the_old_filter(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await filtered(console, "countr")
        await console.press("tab")  # it goes on with it
        assert console.screen.prompt.text == "country:"
        await console.press("escape", "slash")
        console.app.post_message(Paste("cont\noso"))
        await console.settle()
        assert console.screen.prompt.text == "cont oso"
        await console.press("escape", "slash")
        await console._pilot.click(SafeInput, offset=(3, 0))
        await console.press("x")
        assert console.screen.prompt.text == "couxntr"


async def test_escape_leaves_the_list_as_it_was(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await filtered(console, "gmbh", "down", "down", "down")
        state, row = "6 of 216 · filter: gmbh", console.table.row
        for typed in (["c", "o", "n", "t"], ["backspace"], ["z", "z", "z"], ["x", ":", "("], []):
            await console.press(*typed, "escape")
            assert console.state == state
            assert console.table.row == row
            await console.press("slash")
            assert selected(console) == "gmbh"
        await console.press("escape", "escape")  # in the list it clears the filter
        assert console.said == "The filter is cleared."
        assert console.table.total == 216


async def test_a_view_stays_until_another_filter_is_taken(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "v", "3")
        state, headings = console.state, console.lines()[0].split()
        assert "view: Added this month" in state
        for typed in (["backspace"], ["x"], []):
            await console.press("slash")
            assert selected(console) == "since:month"
            await console.press(*typed, "escape")
            assert (console.state, console.lines()[0].split()) == (state, headings)
        await console.press("slash", "enter")
        assert (console.state, console.lines()[0].split()) == (state, headings)
        await console.press("slash", "backspace", "enter")
        assert console.state == "216 customers · by Since ▼"
        assert console.lines()[0].split() != headings


async def test_proposals_are_replaced_and_what_is_to_be_mended_is_not(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "x", "s")
        assert selected(console) == console.screen.prompt.text == "customers.csv"
        console.app.post_message(Paste(str(file.with_suffix(".nope"))))
        await console.press("enter")
        assert "nope" in console.said
        assert selected(console) == "", "a wrong answer is mended, not typed anew"
        await console.press(*["backspace"] * len("nope"), *"csv", "enter")
        assert "216 rows written" in console.said
        await console.press("v", "s", "A", "enter", "v", "s")
        assert selected(console) == "A"
        await console.press("B", "enter")
        assert [view.name for view in read_views().kept.own] == ["A", "B"]


async def test_the_name_of_a_letters_file_is_proposed(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "l", "enter", "f")
        assert selected(console) == console.screen.prompt.text != ""


async def test_a_mapping_of_columns_is_gone_on_with(tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("Firma,Domain,Land der Firma\nNeu GmbH,neu.de,DE\n")
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "I")
        console.app.post_message(Paste(str(file)))
        await console.press("enter", "m")
        await console.type("company_name=Firma")
        await console.press("enter", "m")
        await console.type("country='Land der Firma'")
        assert console.screen.prompt.text == "company_name=Firma country='Land der Firma'"
        await console.press("enter")
        assert not console.screen.prompt.is_open


# In a real terminal


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_keys_in_one_write_mean_what_they_mean_typed_slowly(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    command = [*COMMAND, "--database", demo_store(tmp_path).database.name, "--cloud", "global"]
    with Terminal(command, *size) as terminal:
        terminal.wait_for("216 customers")
        terminal.type("gc/fab\r")  # the only one it finds is opened
        terminal.wait_for("Contact and address")
        terminal.press("escape")
        terminal.wait_for("filter: fab")
        terminal.type("/cont\r")
        terminal.wait_for("2 of 216 · filter: cont")
        terminal.type("/\x1b[Hx\r")
        terminal.wait_for("filter: xcont")
        terminal.type("/\x7fgmbh\r")
        terminal.wait_for("6 of 216 · filter: gmbh")
        terminal.press("/", "z", "escape")
        terminal.wait_for("6 of 216 · filter: gmbh")
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
    with Terminal(command, *size) as terminal:  # the filter is remembered
        terminal.wait_for("Get new customers")
        terminal.type("gc/cont\r")
        terminal.wait_for("2 of 216 · filter: cont")
        terminal.press("/")
        terminal.wait_for("Filter cont")
        terminal.press("escape")
        terminal.wait_for("2 of 216 · filter: cont")


@pytest.mark.parametrize("theme", ["partnerdesk-dark", "partnerdesk-light", "ansi"])
@pytest.mark.parametrize(
    ("colours", "no_color"), [("standard", None), ("truecolor", None), ("auto", "1")]
)
def test_what_is_selected_is_seen(
    tmp_path: Path, theme: str, colours: str, no_color: str | None
) -> None:
    """By a background of its own or reverse, and it can be read, as can all else."""
    book = demo_store(tmp_path).database.name
    environment = {"TEXTUAL_COLOR_SYSTEM": colours, "NO_COLOR": no_color}
    command = [*COMMAND, "--database", book, "--theme", theme]
    with Terminal(command, columns=80, rows=24, env=environment) as terminal:
        terminal.wait_for("216 customers")
        terminal.press("g", "c")
        terminal.wait_for("Company ▲")
        terminal.type("/gmbh\r")
        terminal.wait_for("6 of 216")
        terminal.press("/")
        terminal.wait_idle()
        assert terminal.line(-2).startswith(" Filter gmbh")
        fresh, label = terminal.cell(8, 22), terminal.cell(1, 22)
        terminal.press("end")
        terminal.wait_idle()
        edited = terminal.cell(8, 22)
        assert (fresh.background, fresh.reverse) != (edited.background, edited.reverse)
        for cell in (fresh, edited, label, terminal.cell(2, 2)):
            assert cell.foreground != cell.background or cell.foreground == "default"
