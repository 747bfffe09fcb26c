"""Whatever is pressed and whenever the book answers: no answer finds a screen that is gone."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from textual.events import Key

from partnerdesk.models.database.reader import Reader
from partnerdesk.tui import base_app
from partnerdesk.tui.app import ConsoleApp
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.field_page import FieldPage
from partnerdesk.tui.widgets.header import DeskHeader
from partnerdesk.tui.widgets.lines import KeyBar, StatusLine
from partnerdesk.tui.widgets.record_table import RecordTable
from tests.support.books import demo_desk
from tests.support.console import Console
from tests.support.depth import times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.widget import Widget

    from partnerdesk.models.session import AppSession

CHILDREN: tuple[type[Widget], ...] = (DeskHeader, RecordTable, FieldPage, StatusLine, KeyBar)
KEYS = (
    "g", "r", "c", "l", "h", "enter", "escape", "slash", "f", "backspace", "1", "2", "3", "tab",
    "s", "j", "space", "A", "w", "e", "i", "n", "v", "o", "y", "u", "exclamation_mark",
)  # fmt: skip
Step = tuple[str, int]
"""A key to press, or an answer to let through (by its place), or turns of the loop to wait."""
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(KEYS), st.just(0)),
        st.tuples(st.just("answer"), st.integers(0, 3)),
        st.tuples(st.just("turns"), st.integers(0, 12)),
    ),
    max_size=40,
)
TO_A_CUSTOMER = [("g", 0), ("c", 0), *[("answer", 0), ("turns", 12)] * 6, ("enter", 0),
                 *[("answer", 0), ("turns", 12)] * 6]  # fmt: skip


class Gates:
    """Holds answers of the book back until the test lets them through."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Event] = []
        self.are_open = True

    async def passed(self) -> None:
        if not self.are_open:
            gate = asyncio.Event()
            self.waiting.append(gate)
            await gate.wait()

    def let_through(self, place: int) -> None:
        if self.waiting:
            self.waiting.pop(place % len(self.waiting)).set()

    def let_all_through(self) -> None:
        while self.waiting:
            self.let_through(0)

    def open(self) -> None:
        self.are_open = True
        self.let_all_through()


class GatedReader(Reader):
    """A reader whose answers the test releases."""

    gates = Gates()

    async def ask(self, question: Callable[[Any], Any]) -> Any:
        answer = await super().ask(question)
        await self.gates.passed()
        return answer

    async def aside(self, work: Callable[[], Any]) -> Any:
        answer = await super().aside(work)
        await self.gates.passed()
        return answer


def gated(desk: AppSession) -> Gates:
    """Let the test decide when a desk's questions are answered."""
    gates = Gates()
    for reader in (desk.reader, *desk.counters):
        reader.__class__ = GatedReader
        reader.gates = gates  # type: ignore[attr-defined]
    return gates


def press(app: ConsoleApp, key: str) -> None:
    names = {"slash": "/", "exclamation_mark": "!", "space": " "}
    character = names.get(key, key if len(key) == 1 else None)
    app.post_message(Key(key, character).set_sender(app))


@contextmanager
def answered_when_it_leaves(child: type[Widget], gates: Gates) -> Iterator[None]:
    """Let all answers through in the moment in which a child of a screen is taken away."""
    before = child.on_unmount if hasattr(child, "on_unmount") else None

    def on_unmount(self: Widget) -> None:
        if before is not None:
            before(self)
        gates.let_all_through()

    with patch.object(child, "on_unmount", on_unmount, create=True):
        yield


@pytest.fixture(autouse=True)
def _keys_wait_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each key act at once, so that screens are left while they still read."""
    monkeypatch.setattr(base_app, "SETTLE_SECONDS", 0.0)


async def walk(steps: list[Step], child: type[Widget]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = demo_desk(Path(folder), 30)
        app = ConsoleApp(desk)
        async with app.run_test(size=(100, 30)) as pilot:
            console = Console(pilot, app)
            await console.settle()
            gates = gated(desk)
            gates.are_open = False
            with answered_when_it_leaves(child, gates):
                for what, number in steps:
                    if what == "answer":
                        gates.let_through(number)
                    elif what == "turns":
                        for _turn in range(number):
                            await asyncio.sleep(0)
                    else:
                        press(app, what)
                gates.open()
                await console.settle()
            assert isinstance(app.screen_stack[1], AppScreen)
        desk.close()


@settings(max_examples=times(25), suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.sampled_from(CHILDREN))
@example([*TO_A_CUSTOMER, ("g", 0), ("l", 0), ("turns", 3), ("answer", 0)], StatusLine)
@example([*TO_A_CUSTOMER, ("escape", 0), ("escape", 0), ("turns", 5), ("answer", 0)], KeyBar)
@example([*TO_A_CUSTOMER, ("o", 0), ("turns", 9), ("escape", 0), ("g", 0), ("h", 0)], FieldPage)
def test_no_answer_finds_a_screen_that_is_gone(steps: list[Step], child: type[Widget]) -> None:
    asyncio.run(walk(steps, child))  # what went wrong in a queue is raised where the app ends


@pytest.mark.parametrize("child", CHILDREN)
async def test_an_answer_between_two_children_that_leave_is_dropped(
    tmp_path: Path, child: type[Widget]
) -> None:
    desk = demo_desk(tmp_path, 30)
    app = ConsoleApp(desk)
    async with app.run_test(size=(100, 30)) as pilot:
        console = Console(pilot, app)
        await console.press("g", "c")
        gates = gated(desk)
        with answered_when_it_leaves(child, gates):
            for keys in (("g", "l"), ("g", "c", "enter"), ("g", "h"), ("g", "r")):
                await console.press(*keys)
                gates.are_open = False
                console.screen.call_later(console.screen.book_changed)  # somebody changed it
                await pilot.pause()
                press(app, "g")
                press(app, "r" if "r" not in keys else "c")
                for _turn in range(300):
                    await asyncio.sleep(0)
                gates.open()
                await console.settle()
    desk.close()
