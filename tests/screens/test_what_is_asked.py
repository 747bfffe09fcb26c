"""What a key answers is what the screen asks: questions, lines and warnings by keys."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.worker import WorkerFailed

from partnerdesk.models.core.errors import StoreError
from partnerdesk.models.customers.page import find_customer, read_customer
from partnerdesk.models.languages import speak
from partnerdesk.models.lists.list_state import Remembered, View
from partnerdesk.screens.relationships.invitations.invite import InviteScreen
from partnerdesk.screens.shared.note_dialog import NoteDialog
from partnerdesk.tui.widgets.lines import KeyBar
from partnerdesk.tui.widgets.record_window import RecordWindow
from tests.support.books import demo_desk
from tests.support.console import remark, running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.console import Console


async def click(console: Console, label: str) -> None:
    """Click an action in the key bar."""
    bar = console.screen.query_one(KeyBar)
    place = bar.render().plain.index(label)
    await console._pilot.click(bar, offset=(place, 0))
    await console.settle()


async def test_a_letter_behind_a_clicked_action_answers_no_question_of_before(
    tmp_path: Path,
) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "g")
        assert "Go:" in console.said
        await click(console, "Filter")
        await console.press("r")
        assert console.screen.NAME == "customers"
        assert console.screen.prompt.text == "r"


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_every_question_of_one_key_has_an_enter(tmp_path: Path, language: str) -> None:
    """Enter takes an answer, or does as Esc; where it is typed, the question is over."""
    asked, without = set(), set()
    speak(language)
    async with running(demo_desk(tmp_path)) as console:
        for way in (
            "g r", "y", "g c", "g c s", "g c y", "g c v", "g c x", "g c space space t",
            "g c enter y", "g l y", "g l s", "g l v", "g l space r", "g l enter y", "g l enter m",
            "g l 2 y", "g l 2 s", "g l 3 E", "g l 3 a", "g l 3 y", "g l 3 v", "g h y", "g h s",
            "g h v",
        ):  # fmt: skip
            await console.press(*way.split(), *["g"] * (way == "g c"))
            if console.screen.awaits_key:
                asked.add(way)
                assert "Enter/" in console.said, way
                if "Enter/Esc" in console.said:
                    without.add(way)
                    await console.press("enter")
                    assert not console.screen.awaits_key, way
            await console.press("escape", "escape", "escape")
    assert len(asked) > 15
    assert without == {"g c"}, "an answer that does no harm is the default"


async def test_what_is_said_in_a_questions_place_puts_it_away(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "g")
        console.screen.post_message(RecordWindow.Slow(is_over=False))
        await console.settle()
        assert "Go:" in console.said  # it only takes its time: the question stands
        console.screen.reading_failed(StoreError("The book is locked."))
        await console.press("r")
        assert console.screen.NAME == "customers"


async def test_a_refused_filter_that_is_mended_is_counted_again(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash", *"seen<", "enter")
        assert console.screen.prompt.is_open
        await console.press("x")
        assert "neither an age nor a date" in remark(console)
        await console.press(*["backspace"] * 2, *">30d")
        assert " of " in remark(console)


@pytest.mark.parametrize("question", ["an open question", "a prompt"])
async def test_ctrl_q_says_what_would_be_lost_also_while_something_is_asked(
    tmp_path: Path, question: str
) -> None:
    async with running(demo_desk(tmp_path)) as console:
        done = asyncio.Event()
        console.app.start(done.wait, busy_with="A file is being written.")
        await console._pilot.press("g", "c", "g" if question == "an open question" else "slash")
        await console._pilot.press("ctrl+q")
        await console._pilot.pause()
        seen = console.said if question == "an open question" else remark(console)
        assert "ctrl+q again leaves it undone" in seen
        assert console.app.is_running
        done.set()
        await console.settle()
        again = asyncio.Event()
        console.app.start(again.wait, busy_with="A file is being written.")
        await console._pilot.press("escape", "ctrl+q")
        await console._pilot.pause()
        assert not console.app.is_leaving, "it is another file"
        again.set()


async def test_a_form_whose_rules_cannot_be_read_can_be_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: InviteScreen) -> None:
        raise StoreError("The book is locked.")

    monkeypatch.setattr(InviteScreen, "warm_up", fail)
    async with running(demo_desk(tmp_path, cloud="global")) as console:
        await console.press("g", "l", "n")
        assert isinstance(console.screen, InviteScreen)
        assert "The book is locked." in console.said
        await console.press("ctrl+r")
        assert "The book is locked." in console.said
        await console.press("escape")
        assert console.screen.NAME == "relationships"


@pytest.mark.crashes
async def test_a_line_that_was_lost_comes_back_for_its_own_record_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from partnerdesk.screens.customers.small_edits import TagPrompt

    given = TagPrompt._given

    async def fail(_self: TagPrompt, _text: str | None) -> None:
        raise RuntimeError

    desk = demo_desk(tmp_path, cloud="global")
    async with running(desk) as console:
        monkeypatch.setattr(TagPrompt, "_given", fail)
        await console.press("g", "c", "slash", *"fabrikam", "enter", "t", *"mine", "enter")
        assert "What you typed is kept" in console.said
        monkeypatch.setattr(TagPrompt, "_given", given)
        await console.press("escape", "home", "enter", "t")
        assert "mine" not in console.screen.prompt.text
        await console.press("escape", "escape", "slash", *"fabrikam", "enter", "t")
        assert "mine" in console.screen.prompt.text
        assert remark(console) == "What you had typed is back."
        await console.press("enter")
        id = find_customer(desk.store, "fabrikam.onmicrosoft.com", [1])
        assert "mine" in read_customer(desk.store, id).tags


@pytest.mark.crashes
async def test_an_error_is_told_each_time_a_key_leads_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from partnerdesk.tui.app import ConsoleApp

    async def fail(_self: ConsoleApp, _key: str | None) -> None:
        raise RuntimeError

    monkeypatch.setattr(ConsoleApp, "_scope_chosen", fail)
    async with running(demo_desk(tmp_path)) as console:
        for _time in range(2):
            await console.press("c", "enter")
            assert "An error nobody expected" in console.said
            await console.press("home")
            console.screen.status.say("")
        assert not console.app._exit_renderables


@pytest.mark.crashes
async def test_an_error_beside_does_not_stop_what_a_person_does(tmp_path: Path) -> None:
    async def broken() -> None:
        raise RuntimeError

    desk = demo_desk(tmp_path)
    begun, gate, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def deed() -> None:
        begun.set()
        await gate.wait()
        done.set()

    async def run() -> None:
        async with running(desk) as console:
            console.app.begin(console.screen, deed)
            await begun.wait()
            console.app.start(broken)
            await console._pilot.pause()
            gate.set()
            await asyncio.wait_for(done.wait(), 20)

    with pytest.raises(WorkerFailed):  # a test is told of it when it is over
        await run()
    assert done.is_set()


def test_a_view_that_changes_while_it_is_written_is_written_then(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    database = desk.store.database
    desk.close()
    before = Remembered(database)
    before.keep_view("1", "customers", View(filter="old"))
    before.save()
    remembered = Remembered.load(database)
    remembered.keep_view("1", "changes", View())

    class Changing(dict[str, View]):
        def copy(self) -> dict[str, View]:
            remembered.views = dict(self)
            remembered.keep_view("1", "customers", View(filter="new"))
            return dict(remembered.views)

    remembered.views = Changing(remembered.views)
    remembered.save()
    remembered.save()
    assert Remembered.load(database).view("1", "customers") == View(filter="new")


async def test_what_is_typed_into_a_note_after_the_warning_is_warned_of_too(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path, cloud="global")) as console:
        await console.press("g", "c", "enter", "o", *"Call", "escape", *"back")
        assert isinstance(console.app.screen, NoteDialog)
        await console.press("ctrl+q")
        assert isinstance(console.app.screen, NoteDialog), "what came after the warning is new"
        await console.press("escape")
        assert not isinstance(console.app.screen, NoteDialog)
