"""A console that hangs can be left all the same, and leaves the terminal in order."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from partnerdesk.tui.watch import STOPPING
from tests.terminal.test_surviving import broken

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.terminal import Terminal

HANGS = {
    "the loop is blocked": """
def hang(self):
    MARK.touch()
    time.sleep(600)
""",
    "the loop spins": """
def hang(self):
    MARK.touch()
    while True:
        pass
""",
    "the deed waits for ever": """
async def hang(self):
    MARK.touch()
    await asyncio.Event().wait()
""",
    "the deed waits and will not be stopped": """
async def hang(self):
    MARK.touch()
    while True:
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            pass
""",
    "the screen waits for itself": """
async def wait():
    MARK.touch()
    await asyncio.Event().wait()

def hang(self):
    self.call_later(wait)
""",
    "what has the keys waits for itself": """
async def wait():
    MARK.touch()
    await asyncio.Event().wait()

def hang(self):
    self.table.call_later(wait)
""",
    "the book does not answer": """
def sleep():
    MARK.touch()
    time.sleep(600)

async def hang(self):
    await self.desk.reader.aside(sleep)
""",
}
STOPPED = (
    "the deed waits for ever",
    "the screen waits for itself",
    "what has the keys waits for itself",
    "the book does not answer",
)
"""What ctrl+q stops, and then leaves as ever."""
WAYS: dict[str, signal.Signals | None] = {
    "SIGTERM": signal.SIGTERM,
    "SIGHUP": signal.SIGHUP,
    "SIGQUIT": signal.SIGQUIT,
    "ctrl+q": None,
}


def ask_to_leave(terminal: Terminal, way: str) -> None:
    number = WAYS[way]
    if number is None:
        terminal.press(way)
    else:
        terminal.signal(number)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("hang", HANGS)
def test_whatever_hangs_the_console_can_be_left(tmp_path: Path, hang: str, way: str) -> None:
    mark = tmp_path / "hangs"
    imports = f"import asyncio, pathlib, time\nMARK = pathlib.Path({str(mark)!r})\n"
    how = "from partnerdesk.screens.resources.list import ResourcesScreen as S\nS.do_guide = hang"
    with broken(tmp_path, how, failing=imports + HANGS[hang]) as terminal:
        terminal.wait_for("216 customers")
        terminal.wait_idle()
        terminal.press("enter")
        terminal.wait_until(lambda _text: mark.exists())
        ask_to_leave(terminal, way)
        number = WAYS[way]
        by_key = (0, 1) if hang in STOPPED else (1,)  # a busy machine may have to be forced
        assert terminal.exit_code in (by_key if number is None else (128 + number,))
        assert not terminal.modes & {1049, 1000, 1006, 2004}
        assert terminal.cursor.visible
        assert terminal.takes_lines
    kept = sorted((tmp_path / "home" / "state").rglob("hang-*.txt"))
    if hang.startswith("the loop"):
        assert "broken.py" in kept[0].read_text()


def test_ctrl_q_that_came_late_and_stayed_is_no_reason_to_end_the_next_one(tmp_path: Path) -> None:
    """A file is being written; what the key before did took its time, and was stopped."""
    mark = tmp_path / "hangs"
    failing = f"""
import asyncio, pathlib
MARK = pathlib.Path({str(mark)!r})
async def write():
    await asyncio.sleep(600)

async def hang(self):
    self.shell.start(write, "A file is being written.")
    MARK.touch()
    await asyncio.sleep(600)
"""
    how = "from partnerdesk.screens.resources.list import ResourcesScreen as S\nS.do_guide = hang"
    with broken(tmp_path, how, failing=failing) as terminal:
        terminal.wait_for("216 customers")
        terminal.wait_idle()
        terminal.press("enter")
        terminal.wait_until(lambda _text: mark.exists())
        terminal.press("ctrl+q")
        terminal.wait_for("ctrl+q again leaves it undone")
        terminal.read_for(STOPPING + 0.4)  # when the late one would have been at its end
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
