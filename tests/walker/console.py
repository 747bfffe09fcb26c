"""A console in a terminal, as the walker holds it: what it shows and what it tells of itself."""

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

ESCAPE_SECONDS = 0.15
"""Behind a lone Escape; with a key sooner behind it, it would mean Alt."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand in the console, as it told after the last key."""

    screen: str = ""
    """The class of the screen on top."""
    choosing: bool = False
    """Whether the next key answers a question."""
    prompt: str | None = None
    """What is asked for in the prompt; None where it is closed."""
    typing: bool = False
    """Whether letters are typed into something."""
    field: str = ""
    """The field of a form that the cursor is in."""
    keys: tuple[str, ...] = ()
    """The keys that are bound to something."""


class WalkedConsole:
    """A running console."""

    def __init__(self, home: Home, start: Start, program: Path | None = None) -> None:
        """Start it; `program` runs in the place of `tests.walker.watching`."""
        run = [str(program)] if program else ["-m", "tests.walker.watching"]
        self._home = home
        self._events = home.events.stat().st_size if home.events.exists() else 0
        self.terminal = Terminal(
            [sys.executable, *run, "--lang", start.language], start.columns, start.rows,
            home.terminal_environment, cwd=home.work,
        )  # fmt: skip
        self.standing = Standing()
        self.size = (start.columns, start.rows)

    # What a person does

    def press(self, keys: Sequence[str], pace: float) -> None:
        """Press keys; at once they are one write, and an Escape among them may mean Alt."""
        if pace == AT_ONCE:
            self.terminal.send(b"".join(sent(key) for key in keys))
            return
        for key in keys:
            self.terminal.send(sent(key))
            self.terminal.read_for(max(pace, ESCAPE_SECONDS) if key == "escape" else pace)

    def click(self, click: Click) -> bool:
        """Click, where the console asked to be told of the mouse; say whether it did."""
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

    # What is there

    @property
    def is_running(self) -> bool:
        """Whether the program has not ended."""
        return self.terminal.is_running

    def picture(self) -> list[list[Cell]]:
        """Return all places of the screen with their looks."""
        return [self.terminal.cells(row) for row in range(self.size[1])]

    def events(self) -> list[dict[str, Any]]:
        """Return what the console told of itself since the last time."""
        if not self._home.events.exists():
            return []
        with self._home.events.open("rb") as file:
            file.seek(self._events)
            whole = file.read().rpartition(b"\n")[0]
        self._events += len(whole) + 1 if whole else 0
        told = [json.loads(line) for line in whole.splitlines()]
        for event in told:
            if state := event.get("state"):
                self.standing = Standing(**{**state, "keys": tuple(state["keys"])})
        return told

    def where_work_waits(self) -> list[list[str]]:
        """Return where each piece of work waits, as far as the console can still tell it."""
        self.terminal.signal(signal.SIGUSR1)
        self.terminal.read_for(0.5)
        return [event["waits"] for event in self.events() if event.get("waits")]

    def close(self) -> None:
        """End it, whatever it does."""
        self.terminal.__exit__()
