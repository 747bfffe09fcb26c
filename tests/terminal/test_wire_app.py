"""The console itself over the wire: whatever is pressed, the picture is the one Textual painted."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from partnerdesk.tui.app import ConsoleApp
from partnerdesk.tui.wire.driver import SparingDriver, WatchedDriver
from partnerdesk.tui.wire.frame_writer import Abilities
from partnerdesk.tui.wire.screen_buffer import Picture
from partnerdesk.tui.wire.wire import Wire
from tests.support.books import demo_desk, demo_store
from tests.support.commands import COMMAND
from tests.support.terminal import Terminal
from tests.support.wire_frames import shown, terminal

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import App
    from textual.drivers.linux_driver import LinuxDriver

    from tests.support.emulator import Emulator

KEYS = (
    *("g", "c", "down", "pagedown", "up", "end", "home", "w", "slash", "f", "a", "escape", "c"),
    *("escape", "question_mark", "pagedown", "escape", "enter", "down", "escape", "g", "l", "3"),
    *("g", "r", "enter", "escape", "ctrl+p", "escape", "f5", "n", "x", "ctrl+l", "escape"),
)


class TwoTerminals(HeadlessDriver):
    """Shows all that Textual writes in one terminal, and what the wire makes of it in another."""

    is_headless = False

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self.wire = Wire(Picture(lambda: Abilities(erases_in_colour=True, erases_inside=True)))
        self.painter = app
        self.whole, self.spared = (terminal(80, 24) for _ in range(2))
        self.bytes = [0, 0]

    def write(self, data: str) -> None:
        sent = self.wire.sent(data, *self.painter.size)
        for number, (emulator, text) in enumerate([(self.whole, data), (self.spared, sent)]):
            emulator.feed(text.encode())
            self.bytes[number] += len(text.encode())

    def resize(self, columns: int, rows: int) -> None:
        self.wire.picture.forget()
        self.whole.resize(columns, rows)
        self.spared.resize(columns, rows)

    def seen(self, emulator: Emulator) -> list[list[tuple[object, ...]]]:
        """Return all rows but those with emoji that this terminal makes wider than Textual does."""
        joined = {
            row
            for row, line in enumerate(self.whole.screen.display)
            if any(character >= "\U0001f000" for character in line)
        }
        return [row for number, row in enumerate(shown(emulator)) if number not in joined]


async def test_the_console_looks_the_same_after_every_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partnerdesk.tui.book_watch.LOOK_SECONDS", 3600)
    drivers: list[TwoTerminals] = []

    class Noted(TwoTerminals):
        def __init__(self, app: App[Any], **options: Any) -> None:
            super().__init__(app, **options)
            drivers.append(self)

    app = ConsoleApp(demo_desk(tmp_path))
    app.driver_class = Noted
    async with app.run_test(headless=False, size=(80, 24)) as pilot:
        (two,) = drivers
        for key in KEYS:
            await pilot.press(key)
            assert two.seen(two.spared) == two.seen(two.whole), key
        whole, spared = two.bytes
        assert spared < whole / 4
        for size in [(60, 20), (80, 24)]:
            two.resize(*size)
            await pilot.resize_terminal(*size)
            await pilot.press("down")
            assert two.seen(two.spared) == two.seen(two.whole), size


def test_the_picture_is_repaired_by_a_key_and_after_a_stop(tmp_path: Path) -> None:
    book = demo_store(tmp_path).database.name
    with Terminal([*COMMAND, "--database", book, "--cloud", "global"]) as console:
        console.wait_for("216 customers")
        console.wait_idle()
        before = console.text
        for key in ("ctrl+l", "f5"):
            console._emulator.feed(b"\x1b[5;3H\x1b[31;1mBroadcast message\n\n\x1b[3;9r")
            assert "Broadcast" in console.text
            console.press(key)
            console.wait_until(lambda text: text == before)

        os.kill(console._process.pid, signal.SIGTSTP)
        console.wait_until(lambda _text: _is_stopped(console._process.pid))
        console.wait_until(lambda _text: 1049 not in console.modes)
        os.kill(console._process.pid, signal.SIGCONT)
        console.wait_until(lambda text: text == before)
        assert 1049 in console.modes

        console.resize(100, 30)
        console.wait_until(lambda _text: bool(console.line(-1)))
        console.wait_idle()
        before, mark = console.text, console.written
        console.press("f5")
        console.wait_idle()
        assert console.written - mark > 1000  # the whole picture, and it is the same
        assert console.text == before


def _is_stopped(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG) is not None


@pytest.mark.parametrize(
    ("drawing", "driver"), [("changes", SparingDriver), ("whole", WatchedDriver)]
)
def test_the_settings_choose_what_is_sent(
    tmp_path: Path, drawing: str, driver: type[LinuxDriver]
) -> None:
    assert ConsoleApp(demo_desk(tmp_path, drawing=drawing)).driver_class is driver
