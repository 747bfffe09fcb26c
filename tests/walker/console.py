"""A console in a terminal, with its screen and the events that it reports."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.terminal import Terminal
from tests.walker.steps import AT_ONCE, sent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.emulator import Cell
    from tests.walker.home import Home
    from tests.walker.steps import Click, Start

MOVED = b'"moved"'
"""What an event holds where the console shows what others wrote, or what came to an end."""
ESCAPE_SECONDS = 0.15
"""Seconds to wait after Escape; a terminal program reads an earlier next key as Alt."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of the console after the last key, as the console reported it."""

    screen: str = ""
    """The class name of the screen on top."""
    choosing: bool = False
    """Whether the next key answers a question."""
    prompt: str | None = None
    """The label of the prompt; None if the prompt is closed."""
    typing: bool = False
    """Whether an input has the focus."""
    field: str = ""
    """The name of the form's current field; empty without a form."""
    keys: tuple[str, ...] = ()
    """The keys with active bindings."""


class WalkedConsole:
    """A running console."""

    def __init__(self, home: Home, start: Start, program: Path | None = None) -> None:
        """Start the console; `program` runs instead of `tests.walker.watching`."""
        run = [str(program)] if program else ["-m", "tests.walker.watching"]
        self._home = home
        self._events = home.events.stat().st_size if home.events.exists() else 0
        self.terminal = Terminal(
            [sys.executable, *run, "--lang", start.language, *home.book_flags],
            start.columns, start.rows,
            home.terminal_environment, cwd=home.work,
        )  # fmt: skip
        self._moves = self._events
        """Up to where in the file of events changes by themselves were looked for."""
        self.standing = Standing()
        self.size = (start.columns, start.rows)

    # Input

    def press(self, keys: Sequence[str], pace: float) -> None:
        """Press keys, `pace` seconds apart; at pace 0 in one write, where Escape may mean Alt."""
        if pace == AT_ONCE:
            self.terminal.send(b"".join(sent(key) for key in keys))
            return
        for key in keys:
            self.terminal.send(sent(key))
            self.terminal.read_for(max(pace, ESCAPE_SECONDS) if key == "escape" else pace)

    def click(self, click: Click) -> bool:
        """Click if the console has switched mouse reports on; return whether it has."""
        if not self.terminal.modes & {1000, 1002, 1003}:
            return False
        place = f"{click.column + 1};{click.row + 1}"
        for _time in range(click.times):
            pressed = f"\x1b[<{click.button};{place}M"
            released = f"\x1b[<{click.button};{place}m" if click.button < 64 else ""
            self.terminal.send((pressed + released).encode())
        return True

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self.size = (columns, rows)
        self.terminal.resize(columns, rows)

    # State

    @property
    def is_running(self) -> bool:
        """Whether the program is still running."""
        return self.terminal.is_running

    def picture(self) -> list[list[Cell]]:
        """Return all cells of the screen, by rows."""
        return [self.terminal.cells(row) for row in range(self.size[1])]

    def events(self) -> list[dict[str, Any]]:
        """Return the events reported since the last call, and update `standing`."""
        if not self._home.events.exists():
            return []
        with self._home.events.open("rb") as file:
            file.seek(self._events)
            whole = file.read().rpartition(b"\n")[0]
        self._events += len(whole) + 1 if whole else 0
        events = [json.loads(line) for line in whole.splitlines()]
        for event in events:
            if state := event.get("state"):
                self.standing = Standing(**{**state, "keys": tuple(state["keys"])})
        return events

    def has_moved(self) -> bool:
        """Return whether the console changed by itself since the last call: others wrote."""
        if not self._home.events.exists():
            return False
        with self._home.events.open("rb") as file:
            file.seek(self._moves)
            new = file.read()
        self._moves += len(new)
        return MOVED in new

    def where_work_waits(self) -> list[list[str]]:
        """Return the stacks of the console's main thread and tasks; empty if it cannot report."""
        self.terminal.signal(signal.SIGUSR1)
        self.terminal.read_for(0.5)
        return [event["waits"] for event in self.events() if event.get("waits")]

    def close(self) -> None:
        """End the console by force."""
        self.terminal.__exit__()
