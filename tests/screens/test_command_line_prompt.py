"""The command line `:`: a word does what the action's key does, and what is wrong is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest
from textual.widgets import Input, Static

from partnerdesk.models.core.errors import SettingsError, UsageError
from partnerdesk.models.languages import N_
from partnerdesk.screens.changes.plan import PlanScreen
from partnerdesk.screens.customers.add import AddCustomerScreen
from partnerdesk.screens.shared.help import HelpScreen
from partnerdesk.tui.keys import check_keymap
from partnerdesk.tui.widgets.actions import EVERYWHERE, Action
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.safe_input import SafeInput
from tests.support.books import demo_desk, empty_desk
from tests.support.console import Console, remark, running
from tests.support.jobs import SIZES, console
from tests.terminal.test_jobs import book

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult

__all__ = ["book"]


class ExtendingScreen(AppScreen):
    """A screen with an action that takes an argument, and one of an action of every screen."""

    NAME = "extending"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("extending.extend", "E", N_("Extend"), N_("Extend what is marked"), changes=True),
        Action("extending.carry-out", "exclamation_mark", N_("Carry out"), N_("Do it")),
        Action("extending.refresh", "R", N_("Refresh"), N_("Ask for it again")),
    )
    done = ""

    def body(self) -> ComposeResult:
        yield Static("nothing")

    def focus_body(self) -> None:
        self.set_focus(None)

    def do_extend(self, argument: str = "") -> None:
        if argument == "never":
            raise UsageError("That is no duration.", "Write P180D.")
        self.done = f"extended by {argument or 'the usual'}"

    async def do_carry_out(self) -> None:
        self.done = "carried out"

    async def do_refresh(self) -> None:
        self.done = "refreshed"


async def extending(console: Console) -> ExtendingScreen:
    screen = ExtendingScreen(console.app.desk)
    await console.app.push_screen(screen)
    await console.settle()
    return screen


async def command(console: Console, text: str) -> None:
    await console.press("colon")
    assert console.screen.prompt.is_open
    await console.type(text)
    await console.press("enter")


def test_an_actions_word_is_the_last_part_of_its_id() -> None:
    assert [action.word for action in ExtendingScreen.ACTIONS] == ["extend", "carry-out", "refresh"]
    assert {"help", "go", "back", "cloud"} < {action.word for action in EVERYWHERE}


async def test_a_word_does_what_the_key_does(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c")
        wide = "Microsoft ID"
        assert wide not in console.lines()[0]
        await command(console, "wide")
        assert wide in console.lines()[0]
        assert not console.screen.prompt.is_open
        await command(console, "help")
        assert isinstance(console.app.screen, HelpScreen)
        await console.press("escape")
        await command(console, "back")
        assert console.screen.NAME == "resources"


async def test_a_word_may_ask_a_question_of_its_own(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c")
        await command(console, "filter")
        assert console.screen.prompt.label == "Filter"
        await console.type("county")
        assert "filter: county" in console.state
        await console.press("enter")
        await command(console, "sort")
        assert "Sort by:" in console.said


async def test_what_stands_behind_the_word_is_given_to_the_action(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        screen = await extending(console)
        await command(console, "extend  P180D ")
        assert screen.done == "extended by P180D"
        await command(console, "extend")
        assert screen.done == "extended by the usual"
        await command(console, ":Carry-Out")
        assert screen.done == "carried out"


async def test_the_screens_own_action_counts_before_that_of_every_screen(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        screen = await extending(console)
        await console.press("colon")
        await console.type("refresh")
        assert remark(console) == "refresh: Ask for it again"
        await console.press("enter")
        assert screen.done == "refreshed"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("carry-out now", ":carry-out takes nothing behind it."),
        ("quit now", ":quit takes nothing behind it."),
        ("exend", "No command exend. Did you mean extend?"),
        ("carry", "No command carry. Did you mean carry-out?"),
        ("zzz", "No command zzz. ? shows them all."),
        ("extend never", "That is no duration. Write P180D."),
    ],
)
async def test_what_is_wrong_is_said_and_can_be_mended(
    tmp_path: Path, typed: str, answer: str
) -> None:
    async with running(demo_desk(tmp_path)) as console:
        screen = await extending(console)
        await command(console, typed)
        assert screen.prompt.is_open
        assert screen.prompt.text == typed
        assert screen.status.display
        assert console.said == answer
        assert screen.done == ""
        await console.press(*["backspace"] * len(typed))
        await console.type("extend")
        await console.press("enter")
        assert screen.done == "extended by the usual"


async def test_late_word_of_what_was_typed_hides_no_error(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        screen = await extending(console)
        await command(console, "exend")
        entry = screen.prompt.query_one(SafeInput)
        entry.post_message(Input.Changed(entry, entry.value))
        await console.settle()
        assert console.said.startswith("No command exend.")
        assert screen.status.display
        await console.press("backspace")
        assert not screen.status.display


async def test_nothing_typed_and_escape_do_nothing(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        screen = await extending(console)
        for keys in (["enter"], ["e", "x", "escape"], ["space", "enter"]):
            await console.press("colon", *keys)
            assert not screen.prompt.is_open
            assert screen.done == ""
            assert screen.status.display


async def test_a_refusal_is_said_as_with_the_key(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path, read_only=True)) as console:
        screen = await extending(console)
        for text in ("extend", "extend P180D"):
            await command(console, text)
            assert console.said == "Read-only mode: nothing can be changed."
            assert screen.done == ""


async def test_tab_completes_and_goes_on_to_the_next_word(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        screen = await extending(console)
        await console.press("colon")
        assert console.said.startswith("extend  carry-out  refresh  cloud  sign-in  go")
        assert "command" not in console.said
        assert screen.status.display
        await console.press("c")
        assert console.said == "carry-out  cloud  customers  changes"
        await console.press("tab")
        assert screen.prompt.text == "carry-out"
        assert remark(console) == "carry-out: Do it"
        await console.press("tab")
        assert screen.prompt.text == "cloud"
        await console.press("shift+tab")
        assert screen.prompt.text == "carry-out"
        await console.press("tab")
        assert screen.prompt.text == "cloud"
        await console.press(*["backspace"] * 5, "E", "x", "tab", "space", "P", "tab")
        assert screen.prompt.text == "extend P"
        await console.press("enter")
        assert screen.done == "extended by P"


async def test_tab_stays_in_a_prompt_that_has_no_words(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash", "f", "tab", "a", "b", "r")
        assert console.screen.prompt.text == "fabr"


async def test_quit_leaves_the_console(tmp_path: Path) -> None:
    for word in ("q", "quit"):
        async with running(empty_desk(tmp_path)) as console:
            await console.press("g", "c", "colon", *word)
            assert console.app.is_running
            await console._pilot.press("enter")
            assert console.app._exit


async def test_a_colon_goes_into_fields_and_prompts_as_a_letter(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash")
        await console.type("relationship:none")
        assert console.screen.prompt.text == "relationship:none"
        await console.press("escape", "n")
        assert isinstance(console.screen, AddCustomerScreen)
        await console.type("a:b")
        assert console.screen.form.value("company_name") == "a:b"
        assert "desk.command" not in {action.id for action in AddCustomerScreen.all_actions()}
        assert "desk.command" in {action.id for action in PlanScreen.all_actions()}


async def test_a_question_that_waits_for_a_key_takes_the_colon(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "colon")
        assert not console.screen.prompt.is_open


def test_its_key_can_be_remapped() -> None:
    check_keymap({"desk.command": "semicolon"}, (ExtendingScreen,))
    with pytest.raises(SettingsError, match=r"desk\.comand"):
        check_keymap({"desk.comand": "semicolon"}, (ExtendingScreen,))


async def test_help_lists_it(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("question_mark")
        shown = str(console.app.screen.query_one(Static).render())
        assert ": Type what to do by its name" in " ".join(shown.split())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_in_a_real_terminal(book: Path, size: tuple[int, int], language: str) -> None:
    with console(book, "--lang", language, size=size) as terminal:
        terminal.wait_for("216 ")
        terminal.type(":gx\r")
        terminal.wait_until(lambda text: text.count("gx") == 2)  # typed, and said of it
        terminal.press("escape", "g", "c")
        terminal.wait_for("▲")
        terminal.type(":so\t\r2")
        terminal.wait_until(lambda _text: "▲" in terminal.line(1)[20:])
        terminal.type(":q\r")
        assert terminal.exit_code == 0
