"""What keys do on each screen, and what is then shown."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, TextArea

from partnerdesk.models.languages import speak
from partnerdesk.screens.customers.list import CustomersScreen
from partnerdesk.screens.customers.page import CustomerScreen
from partnerdesk.tui.app import ConsoleApp
from partnerdesk.tui.widgets.lines import KeyBar
from partnerdesk.tui.widgets.questions import Choice
from tests.support.books import demo_desk, empty_desk
from tests.support.console import Console, running
from tests.support.depth import deep

if TYPE_CHECKING:
    from pathlib import Path


async def test_each_way_of_sorting_stays_and_the_second_time_turns_round(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c")
        first = console.lines()[1]
        await console.press("s", "2")
        assert "Primary domain ▲" in console.lines()[0]
        domains = [line[30:50].strip() for line in console.lines()[1:]]
        await console.press("s", "2")
        assert "Primary domain ▼" in console.lines()[0]
        assert [line[30:50].strip() for line in console.lines()[1:]] != domains
        await console.press("escape", "g", "c")
        assert "Primary domain ▼" in console.lines()[0]
        await console.press("s", "1")
        assert "Company ▲" in console.lines()[0]
        await console.press("home")
        assert console.lines()[1] == first


async def test_a_key_that_answers_no_question_does_nothing_else(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "s")
        assert "Sort by:" in console.said
        await console.press("q", "x")
        assert isinstance(console.screen, CustomersScreen)
        assert console.said.startswith("That is no answer.  Sort by:")
        await console.press("2")
        assert "Primary domain ▲" in console.lines()[0]


async def test_enter_takes_the_default_of_a_question_and_nothing_where_it_has_none(
    tmp_path: Path,
) -> None:
    taken: list[str] = []

    def answers(default: str) -> list[Choice]:
        return [
            Choice(key, label, lambda key=key: taken.append(key), default=key == default)  # type: ignore[misc]
            for key, label in (("y", "Yes"), ("n", "No"))
        ]

    async with running(demo_desk(tmp_path)) as console:
        console.screen.choose("Well?", answers("n"), "later")
        assert console.said == "Well?  y Yes  Enter/n No  Esc later"
        await console.press("enter")
        console.screen.choose("Well?", answers(""))
        assert console.said == "Well?  y Yes  n No  Enter/Esc"
        await console.press("enter")
        assert console.said == ""
        console.screen.choose("Well?", answers("y"))
        await console.press("n")
        console.screen.choose("Well?", answers("y"))
        await console.press("escape")
    assert taken == ["n", "n"]


async def test_wide_mode_shows_the_rest_and_scrolls_sideways(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c")
        assert "Microsoft ID" not in console.lines()[0]
        await console.press("w")
        assert "Microsoft ID" in console.lines()[0]
        await console.press(*["right"] * 9)
        assert "Since" in console.lines()[0]
        assert console.lines()[0].startswith("‹ Company")
        assert "›" not in console.lines()[0]
        await console.press("w")
        assert "Microsoft ID" not in console.lines()[0]


async def test_marked_customers_stay_marked_and_are_exported_alone(tmp_path: Path) -> None:
    file = tmp_path / "marked.csv"
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "space", "j", "space")
        assert "2 marked" in console.state
        await console.press("slash")
        await console.type("fabrikam")
        await console.press("escape")
        assert "2 marked" in console.state
        await console.press("x", "m", "p")
        await console.type(str(file))
        await console.press("enter")
        assert f"2 rows written to {file}" in console.said
        await console.press("A")
        assert "216 marked" in console.state
        await console.press("A")
        assert "marked" not in console.state
    with file.open(encoding="utf-8-sig", newline="") as rows:
        assert len(list(csv.reader(rows))) == 3


async def test_an_export_never_overwrites_unasked(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("precious")
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "x", "s")
        await console.type(str(file))
        await console.press("enter")
        assert "exists" in console.said
        await console.press("n")
        assert file.read_text() == "precious"


async def test_a_wrong_filter_says_so_and_keeps_the_last_good_list(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash")
        await console.type("fab")
        assert console.table.total == 1
        await console.press("space", "quotation_mark", "x")
        assert console.table.total == 1
        await console.press("enter")
        assert "A quote is not closed." in console.said


async def test_a_filter_that_finds_nothing_keeps_taking_letters(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash")
        await console.type("zzzq")
        assert console.screen.prompt.text == "zzzq"
        assert isinstance(console.screen, CustomersScreen)
        await console.press("enter")
        assert "0 of 216" in console.state
        await console.press("escape")
        assert "216 customers" in console.state
        assert console.table.display


async def test_escape_clears_the_filter_before_it_goes_back(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash")
        await console.type("gmbh")
        await console.press("enter", "q")
        assert "216 customers" in console.state
        assert isinstance(console.screen, CustomersScreen)
        await console.press("q")
        assert console.screen.NAME == "resources"
        await console.press("q")
        assert "ctrl+q" in console.said


async def test_tags_and_notes_are_kept_and_told_in_the_history(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash")
        await console.type("fabrikam")
        await console.press("enter")
        assert isinstance(console.screen, CustomerScreen)
        await console.press("t")
        await console.type("gold")
        await console.press("enter")
        assert console.said == "Tags: + gold."
        await console.press("o")
        await console.type("[bold]not markup[/]")
        await console.press("ctrl+s")
        assert console.said == "Note kept."
        await console.press("h")
        page = "\n".join(console.lines())
        assert "gold" in page
        assert "[bold]not markup[/]" in page
        assert "Tags changed" in page
        await console.press("escape")
        assert "gold" in console.lines()[1]


async def test_a_note_is_not_thrown_away_by_one_key(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "enter", "o")
        await console.type("half")
        await console.press("escape")
        assert console.app.screen.query(TextArea)
        await console.press("escape")
        assert isinstance(console.screen, CustomerScreen)
        assert "half" not in "\n".join(console.lines())


async def test_two_people_on_one_customer_lose_nothing(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    async with running(desk) as console:
        await console.press("g", "c", "slash")
        await console.type("fabrikam")
        await console.press("enter", "t")
        from partnerdesk.models.customers.page import find_customer, read_customer
        from tests.support.books import NOW, TESTER
        from tests.support.edits import set_tags

        id = find_customer(desk.store, "fabrikam.onmicrosoft.com", [1])
        version = read_customer(desk.store, id).customer.version
        set_tags(desk.store, id, ["theirs"], version=version, actor=TESTER, at=NOW)
        await console.app.book_changed()  # what the console does by itself every two seconds
        await console.press(*["backspace"] * 40)
        await console.type("mine")
        await console.press("enter")
        assert "Somebody else changed this record" in console.said
        assert console.screen.prompt.is_open
        assert console.screen.prompt.text == "mine"
        assert read_customer(desk.store, id).tags == ["theirs"]
        await console.press("escape")
        assert "theirs" in "\n".join(console.lines())


async def test_each_account_keeps_its_cursor_when_the_cloud_is_switched(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", *["j"] * 10)
        row = console.table.row
        await console.press("c", "down", "enter", *["j"] * 3)
        assert console.table.cursor == 3
        await console.press("c", "up", "enter")
        assert console.table.row == row
        await console.press("c", "down", "enter")
        assert console.table.cursor == 3


async def test_a_note_that_is_refused_is_not_lost(tmp_path: Path) -> None:
    from partnerdesk.models.customers.tags_and_notes import LONGEST_NOTE

    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "enter", "o")
        console.app.screen.query_one(TextArea).text = "x" * (LONGEST_NOTE + 1)
        await console.press("ctrl+s")
        area = console.app.screen.query_one(TextArea)
        assert len(area.text) == LONGEST_NOTE + 1
        area.text = "short"
        await console.press("ctrl+s")
        assert console.said == "Note kept."


@pytest.mark.parametrize("path", ["~nosuchuser/a.csv", "x" * 300 + ".csv", "/proc/nope/a.csv"])
async def test_a_path_that_cannot_be_is_told_and_can_be_mended(tmp_path: Path, path: str) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "x", "p")
        console.screen.prompt.query_one(Input).value = path
        await console.press("enter")
        assert console.app.is_running
        assert console.said
        await console.press("escape", "I")
        console.screen.prompt.query_one(Input).value = path
        await console.press("enter")
        assert console.app.is_running


async def test_a_note_taller_than_the_page_can_be_read_to_its_end(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), size=(80, 24)) as console:
        await console.press("g", "c", "enter", "o")
        console.app.screen.query_one(TextArea).text = "\n".join(f"line {n}." for n in range(40))
        await console.press("ctrl+s")
        seen = ""
        for _step in range(25):
            await console.press(*["j"] * 3)
            seen += "\n".join(console.lines())
        assert [n for n in range(40) if f"line {n}." not in seen] == []


async def test_over_all_clouds_lists_say_the_cloud_and_change_nothing(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path, cloud="all")) as console:
        await console.press("g", "c")
        assert "Cloud" in console.lines()[0]
        assert "295 customers" in console.state
        await console.press("I")
        assert "choose one account" in console.said


async def test_read_only_says_why_and_changes_nothing(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path, read_only=True)) as console:
        await console.press("g", "c", "I")
        assert "Read-only" in console.said
        await console.press("enter", "t")
        assert "Read-only" in console.said
        assert not console.screen.prompt.is_open


async def test_a_guide_scrolls_and_leads_to_its_screen(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path), size=(80, 24)) as console:
        await console.press("j", "enter")
        assert console.screen.NAME == "guide"
        await console.press("space", "end", "home", "o")
        assert console.screen.NAME == "relationships"


async def test_the_palette_finds_an_action_by_its_name(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "ctrl+p")
        await console.type("wide")
        await console.press("enter")
        await console.settle()
        assert "Microsoft ID" in console.lines()[0]


async def test_help_lists_every_action_of_the_screen(tmp_path: Path) -> None:
    from partnerdesk.models.languages import _
    from partnerdesk.screens.shared.help import HelpScreen

    async with running(demo_desk(tmp_path), size=(160, 45)) as console:  # details need the width
        await console.press("g", "c", "question_mark")
        help_screen = console.app.screen
        assert isinstance(help_screen, HelpScreen)
        shown = help_screen.text().plain
        for action in CustomersScreen.all_actions():
            assert _(action.help) in shown
            assert action.display in shown
        await console.press("escape")
        assert isinstance(console.screen, CustomersScreen)


async def test_keys_can_be_remapped_by_their_ids(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path, keys={"customers.wide": "z"})) as console:
        await console.press("g", "c", "w")
        assert "Microsoft ID" not in console.lines()[0]
        await console.press("z")
        assert "Microsoft ID" in console.lines()[0]
        bar = console.screen.query_one(KeyBar)
        assert "z Wide" in str(bar.render())


@pytest.mark.parametrize(
    ("id", "key", "said"),
    [
        ("customers.wied", "z", "customers.wide"),
        ("customers.wide", "z,gamma ray", "gamma ray"),
        ("customers.wide", "cntrl+s", "cntrl+s"),
        ("customers.wide", "", '""'),
    ],
)
async def test_a_remapped_key_that_nobody_can_press_is_refused(
    tmp_path: Path, id: str, key: str, said: str
) -> None:
    desk = demo_desk(tmp_path, keys={id: key})
    app = ConsoleApp(desk)
    async with app.run_test():
        pass
    desk.close()
    assert app.failure is not None
    assert said in str(app.failure)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "No customers"), ("ru", "клиентов пока нет")]
)
async def test_an_empty_book_says_what_to_do(tmp_path: Path, language: str, words: str) -> None:
    speak(language)
    async with running(empty_desk(tmp_path)) as console:
        await console.press("g", "c")
        assert isinstance(console.screen, CustomersScreen)
        text = str(console.screen.empty.render())
        assert words in text
        assert "partnerdesk --demo" in text
        await console.press("j", "enter", "space", "A", "y", "x", "escape", "w", "slash")
        await console.press("escape", "c", "down", "enter")
        assert isinstance(console.screen, CustomersScreen)


def shown(console: Console) -> list[str]:
    """Return all that the terminal shows."""
    return [strip.text for strip in console.app.screen._compositor.render_strips()]


@deep
async def test_every_key_on_every_screen_leaves_the_console_alive(tmp_path: Path) -> None:
    keys = "aceghijkmnoprstuwxyzADGIY?!:/"
    names = {"?": "question_mark", "!": "exclamation_mark", ":": "colon", "/": "slash"}
    async with running(demo_desk(tmp_path)) as console:
        for way in (["g", "c"], ["g", "c", "enter"]):
            for key in keys:
                await console.press(*way, names.get(key, key), "escape", "escape", "escape")
        assert console.app.is_running


@pytest.mark.parametrize(
    "way",
    ["", "enter", "n", "g c", "g c enter", "g c enter h", "g c enter e", "g c R", "g c space t a",
     "g h", "g h enter", "g l", "g l enter", "g l n", "g l 2", "g l 2 enter", "g l 2 n", "g l 3",
     "g l 3 E p", "g l 3 E p enter", "g l 4", "g c enter D"],
)  # fmt: skip
async def test_a_key_without_a_meaning_says_so_on_every_screen(tmp_path: Path, way: str) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press(*way.split(), "f7")
        assert "No such key here" in "\n".join(shown(console))


async def test_a_key_that_is_no_answer_says_so_and_ctrl_q_leaves_a_question(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "x")
        assert console.said.startswith("That is no answer.  Go:")
        await console.press("escape")
        assert console.said == ""
        await console.press("g", "escape")
        assert console.said == ""
        await console.press("f7")
        assert console.said == "No such key here; ? shows all."
        await console.press("g", "ctrl+q")
        assert console.app.is_leaving


@pytest.mark.parametrize("keys", ["?", "c", "ctrl+p", "C", "f12", "e f1"])
async def test_ctrl_q_leaves_from_every_dialog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str
) -> None:
    left: list[str] = []
    async with running(demo_desk(tmp_path)) as console:
        monkeypatch.setattr(console.app, "exit", lambda *_given: left.append(keys))
        names = {"?": "question_mark"}
        await console.press("g", "c", *(names.get(key, key) for key in keys.split()))
        await console.press("ctrl+q")
        assert left == [keys], type(console.app.screen).__name__
