"""What new users met in their first hour: words, defaults and columns that have to be there."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from textual.widgets import Static

from partnerdesk.models.languages import _, speak
from partnerdesk.models.values.days import typed_day
from partnerdesk.tui.widgets.form_page import FormPage
from partnerdesk.tui.widgets.header import DeskHeader
from partnerdesk.tui.widgets.record_layout import arrange
from tests.documentation.reference import lists
from tests.support.books import demo_desk, empty_desk
from tests.support.console import Console, remark, running

if TYPE_CHECKING:
    from pathlib import Path


def shown(console: Console) -> str:
    """Return all that the terminal shows."""
    strips = console.app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


async def test_marks_stay_while_other_screens_are_looked_at(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "space", "space", "g", "l", "space", "g", "c")
        assert "2 marked" in console.state
        await console.press("g", "l")
        assert "1 marked" in console.state
        await console.press("2", "1")
        assert "1 marked" in console.state
        await console.press("c", "down", "enter", "g", "c")
        assert "marked" not in console.state  # another account has its own


async def test_an_error_of_a_line_goes_with_the_line(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash", *"seen>x", "enter")
        assert console.screen.prompt.is_open
        assert console.said
        await console.press("escape")
        assert console.said == ""
        await console.press("colon", *"vieww", "enter", "backspace", "enter")
        assert console.said.startswith("View:")
        await console.press("escape", "s", "5", "apostrophe", *"x", "enter", "escape", "apostrophe")
        assert console.screen.prompt.is_open
        assert remark(console) == ""


async def test_a_dialog_has_the_only_pointer(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c")
        assert shown(console).count("▌") == 1
        for key in ("question_mark", "C", "ctrl+p", "c"):
            await console.press(key)
            assert "▌" not in shown(console), key
            await console.press("escape")
            assert shown(console).count("▌") == 1, key


async def test_the_form_of_a_closed_cloud_opens_with_its_warning(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("c", *"germany", "enter", "n")
        heading = console.screen.query_one("#form-heading", Static)
        assert "takes no new customers since 2018" in str(heading.render())


async def test_all_clouds_say_what_can_be_done_and_how_much_was_received(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    async with running(desk) as console:
        desk.accounts[1] = replace(desk.accounts[1], synced_at=None)
        await console.press("c", *"all clouds")
        assert "look, search and edit; what is new needs one account" in shown(console)
        await console.press("enter")
        told = str(console.screen.query_one(DeskHeader).render())
        assert "look, search and edit" in told
        assert "received: 2 of 3 accounts" in told


async def test_questions_have_defaults_and_nothing_is_closed_without_a_word(tmp_path: Path) -> None:
    async with running(empty_desk(tmp_path)) as console:
        await console.press("g", "c", "x")
        assert console.said == "There is nothing to export."
    (tmp_path / "demo").mkdir()
    async with running(demo_desk(tmp_path / "demo")) as console:
        await console.press("g", "c", "y")
        assert "Enter/i Microsoft ID" in console.said
        await console.press("escape", "x")
        assert "Enter/p the portal's four" in console.said
        await console.press("escape", "g", "l", "3", "E", "d", "enter")
        assert console.said == "Nothing was typed, so nothing is done."
        await console.press("E", "d", *"31.12.2031", "enter")
        assert console.screen.NAME == "run"
        await console.press("escape", "E", "enter")
        assert console.screen.NAME == "run"


async def test_letters_go_to_a_proposed_folder_whose_name_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letters to go").mkdir()
    (tmp_path / "let.txt").write_text("no folder")
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "l", "f")
        assert console.screen.prompt.text == "."
        await console.press(*"nowhere", "enter")
        why = "nowhere is no folder. Tab completes the folders there are."
        assert console.said.endswith(why)
        await console.press("ctrl+u", *"let", "tab")
        assert console.screen.prompt.text == "letters to go/"
        await console.press("enter")
        assert "1 letter is written" in console.said
        await console.press("escape", "f")
        assert console.screen.prompt.text == "letters to go/"
    assert len(list((tmp_path / "letters to go").glob("*.eml"))) == 1


async def test_a_required_field_that_was_only_passed_upwards_is_not_wrong(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "l", "2", "n", "tab", "up", "up")
        form = console.screen.query_one(FormPage)
        assert form.current == "name"
        assert console.state == "1 to mend"  # the name, which was gone past
        await console.press("question_mark", "backspace")
        await console.press("f1")
        assert "Go to the field above, below" in shown(console)
        assert "k j" not in shown(console)
        await console.press("escape", "escape", "escape", "g", "c", "n", "tab", "up")
        assert console.screen.query_one(FormPage).current == "company_name"
        assert console.state == "1 to mend"  # and not the domain, which has to be there, too


async def test_the_start_tells_whole_what_waits(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), (120, 40)) as console:
        now = [line.partition("CSP partners  ")[2] for line in console.lines()[1:4]]
        assert "not linked" in now[1]
        assert all(now)
        assert "…" not in "".join(now)
    (tmp_path / "small").mkdir()
    async with running(demo_desk(tmp_path / "small"), (80, 24)) as console:
        await console.press("down")
        assert "…" not in "".join(console.lines()[:5])
        assert "24 not linked" in shown(console).partition("Now:")[2]


async def test_an_address_is_shown_as_its_country_writes_it(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash", *"fabrikam.", "enter")
        assert console.screen.NAME == "customer"
        page = shown(console)
        assert re.search(r"[A-Z][a-z]+, [A-Z]{2} \d{5}\b.*\n +United States", page), page


@pytest.mark.parametrize("keys", ["g c", "g c enter", "g l", "g l enter", "g h", "g r"])
async def test_the_command_line_lists_all_its_commands(tmp_path: Path, keys: str) -> None:
    async with running(demo_desk(tmp_path), (80, 24)) as console:
        await console.press(*keys.split())
        words = {action.word for action in console.screen.all_actions()}
        await console.press("colon")
        below = shown(console).splitlines()[-8:]
        assert {word for word in words if word not in " ".join(below).split()} <= {"command"}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_heading_and_no_known_value_is_cut_at_80_columns(language: str) -> None:
    speak(language)
    try:
        for spec in lists():
            for hidden in (frozenset({"cloud"}), frozenset[str]()):
                for placed in arrange(spec.columns, 79, wide=False, hidden=hidden).placed:
                    column = placed.column
                    texts = [column.label, *(column.choices or {}).values()]
                    longest = max((_(text) for text in texts if text), key=cell_len)
                    assert cell_len(longest) <= placed.width, (spec.name, longest)
    finally:
        speak("en")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-12-31", "2025-12-31"),
        ("31.12.2025", "2025-12-31"),
        (" 12/31/2025 ", "2025-12-31"),
        ("31 декабря 2025", "2025-12-31"),
        ("03/04/2025", None),  # two days
        ("45000", None),
        ("P90D", None),
        ("31.02.2025", None),
        ("", None),
    ],
)
def test_a_day_is_typed_as_people_write_it(text: str, day: str | None) -> None:
    found = typed_day(text)
    assert (found.isoformat() if found else None) == day
