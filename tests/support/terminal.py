"""A terminal for tests: a program runs in a real pty, and its screen is read as a person sees it.

    with Terminal(["partnerdesk", "--demo"], columns=80, rows=24) as t:
        t.press("g", "c")
        t.wait_for("Fabrikam")

Nothing sleeps: every wait reads the pty until what is awaited is there, or fails at a deadline
and shows the last screen.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.support.emulator import Cell, Cursor, Emulator, Link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DEADLINE = 20.0
"""Seconds after which a wait fails."""
QUIET = 0.15
"""Seconds without a byte and without work that make a program idle; Textual waits 0.1 s to tell a
lone Escape from the start of a sequence."""

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "backspace": "\x7f",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "insert": "\x1b[2~",
    "delete": "\x1b[3~",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
}
"""What xterm sends for each named key; `ctrl+x` and single characters need no entry."""

# Runs first in the new process: a session leader takes the pty as its controlling terminal.
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios;"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True)
class _Activity:
    """What the kernel says of a program's threads."""

    ticks: int
    running: bool


class Terminal:
    """Runs a program in a terminal of its own; leave the block and it is gone."""

    def __init__(
        self,
        command: Sequence[str | Path],
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str | None] | None = None,
        *,
        cwd: Path | None = None,
    ) -> None:
        """Start `command`, looked for beside the running Python first.

        `env` goes on top of the environment; None takes a variable away.
        """
        self._master, slave = os.openpty()
        termios.tcsetwinsize(slave, (rows, columns))
        self._emulator = Emulator(columns, rows, lambda answer: os.write(self._master, answer))
        self._received = bytearray()
        self._ended = False
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL, *map(str, command)],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                cwd=cwd,
                env=_environment(env or {}),
                start_new_session=True,
            )
        finally:
            os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._close()

    # What a person does

    def press(self, *keys: str) -> None:
        """Press keys: single characters, the names in `KEYS`, `ctrl+` and a letter."""
        for key in keys:
            self.send(_sequence(key).encode())
            if key == "escape":  # with another key at once behind it, it would mean Alt
                self.wait_idle()

    def type(self, text: str) -> None:
        """Type a text, character by character."""
        self.send(text.encode())

    def paste(self, text: str) -> None:
        """Paste a text, bracketed if the program asked for that."""
        bracketed = 2004 in self.modes
        self.send((f"\x1b[200~{text}\x1b[201~" if bracketed else text).encode())

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        while data and not self._ended:
            readable, writable, _ = select.select([self._master], [self._master], [], DEADLINE)
            if readable:  # a program that cannot write does not read either
                self._read(0)
            elif writable:
                data = data[os.write(self._master, data[:1024]) :]
            else:
                raise AssertionError(f"The program reads no keys.\n{self}")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window; the program gets SIGWINCH."""
        self._emulator.resize(columns, rows)
        termios.tcsetwinsize(self._master, (rows, columns))

    def hang_up(self) -> None:
        """Take the terminal away, as a lost SSH connection does; the program gets SIGHUP."""
        self._close()

    def kill(self) -> None:
        """Kill the program at once (SIGKILL), as a crash does, and wait until it is gone."""
        self._process.kill()
        self._process.wait()

    def signal(self, number: int) -> None:
        """Send the program a signal, unless it has ended."""
        self._process.send_signal(number)

    # What a person sees

    @property
    def lines(self) -> list[str]:
        """The lines of the screen, without the blanks at their ends."""
        rows = range(self._emulator.screen.lines)
        return [
            "".join(place.data for place in self._emulator.places(row)).rstrip() for row in rows
        ]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines)

    def line(self, row: int) -> str:
        """Return one line of the screen; -1 is the last."""
        return self.lines[row]

    def cell(self, column: int, row: int) -> Cell:
        """Return one place of the screen."""
        char = self._emulator.screen.buffer[row][column]
        return Cell(char.data, char.fg, char.bg, char.bold, char.reverse)

    def cells(self, row: int) -> list[Cell]:
        """Return all places of a line."""
        return [
            Cell(char.data, char.fg, char.bg, char.bold, char.reverse)
            for char in self._emulator.places(row)
        ]

    @property
    def cursor(self) -> Cursor:
        """Where the cursor stands and whether it shows."""
        cursor = self._emulator.screen.cursor
        return Cursor(cursor.x, cursor.y, not cursor.hidden)

    @property
    def title(self) -> str:
        """The title of the window."""
        return self._emulator.title

    @property
    def clipboard(self) -> str:
        """What was copied last (OSC 52), empty if nothing."""
        return self._emulator.clipboards[-1] if self._emulator.clipboards else ""

    @property
    def links(self) -> list[Link]:
        """All links shown so far (OSC 8)."""
        return list(self._emulator.links)

    @property
    def modes(self) -> frozenset[int]:
        """The private modes that are on: 1049 alternate screen, 1000 mouse, 2004 paste …"""
        return frozenset(self._emulator.modes)

    @property
    def kitty_keys(self) -> list[int]:
        """The key protocols that the program has asked for and not given back."""
        return list(self._emulator.kitty_keys)

    @property
    def bells(self) -> int:
        """How often the program rang."""
        return self._emulator.bells

    @property
    def written(self) -> int:
        """How many bytes the program has written so far; wait until it is idle before you ask."""
        return len(self._received)

    def bytes_since(self, mark: int) -> bytes:
        """Return what the program wrote since `written` was `mark`."""
        return bytes(self._received[mark:])

    @property
    def takes_lines(self) -> bool:
        """Whether the terminal itself echoes and edits lines, as a shell wants it."""
        modes = termios.tcgetattr(self._master)[3]
        return bool(modes & termios.ECHO and modes & termios.ICANON)

    # What a test waits for

    def wait_for(self, text: str, seconds: float = DEADLINE) -> None:
        """Wait until `text` is on the screen."""
        self._wait(lambda: text in self.text, f"{text!r} on the screen", seconds)

    def wait_until(self, condition: Callable[[str], bool], seconds: float = DEADLINE) -> None:
        """Wait until `condition` holds for the text of the screen."""
        self._wait(lambda: condition(self.text), "the condition", seconds)

    def wait_idle(self, seconds: float = DEADLINE, quiet: float = QUIET) -> None:
        """Wait until the program is blocked: it writes nothing and (on Linux) does no work."""
        before = self._activity()

        def idle() -> bool:
            nonlocal before
            silent = not self._read(quiet)
            earlier, before = before, self._activity()
            return self._ended or (silent and not before.running and before == earlier)

        self._wait(idle, "the program to be idle", seconds)

    @property
    def is_running(self) -> bool:
        """Whether the program has not ended."""
        return self._process.poll() is None

    def wait_for_output(self, mark: int, seconds: float = DEADLINE) -> None:
        """Wait until the program has written more than it had when `written` was `mark`."""
        self._wait(lambda: self.written > mark, "output", seconds)

    def read_for(self, seconds: float) -> None:
        """Take what the program writes for some seconds, or until it has ended."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and (self.is_running or self._read(0)):
            self._read(min(left, 0.05))

    @property
    def exit_code(self) -> int:
        """How the program ended, -N by signal N; waits for its end."""
        self._wait(lambda: self._process.poll() is not None, "the program's end", DEADLINE)
        while self._read(0):
            pass
        return int(self._process.returncode)

    def _wait(self, done: Callable[[], bool], awaited: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            code = self._process.poll()
            if not self._read(0.05) and code is not None:
                if done():
                    return
                raise AssertionError(f"The program ended ({code}) before {awaited}.\n{self}")
            if time.monotonic() > deadline:
                raise AssertionError(f"Waited {seconds:g} s for {awaited} in vain.\n{self}")

    def _read(self, seconds: float) -> bool:
        """Take what the program writes within `seconds`; say whether there was anything."""
        if self._master < 0 or self._ended:
            self._pause(seconds)
            return False
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux: EIO when nobody holds the other end any more
            data = b""
        self._ended = not data
        self._received += data
        self._emulator.feed(data)
        return bool(data)

    def _pause(self, seconds: float) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def _activity(self) -> _Activity:
        ticks, running = 0, False
        for file in Path(f"/proc/{self._process.pid}/task").glob("*/stat"):
            with contextlib.suppress(OSError):
                fields = file.read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
                running = running or fields[0] in "RD"
        return _Activity(ticks, running)

    def _close(self) -> None:
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def __str__(self) -> str:
        width = self._emulator.screen.columns
        edge = "+" + "-" * width + "+"
        return "\n".join([edge, *(f"|{line:<{width}}|" for line in self.lines), edge])


def _environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    beside = str(Path(sys.executable).parent)
    path = beside + os.pathsep + os.environ.get("PATH", "")
    merged = {**os.environ, "PATH": path, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def _sequence(key: str) -> str:
    if key in KEYS:
        return KEYS[key]
    if re.fullmatch(r"ctrl\+[a-z@\[\\\]^_]", key):
        return chr(ord(key[-1].upper()) & 0x1F)
    if len(key) == 1:
        return key
    raise ValueError(f"There is no key called {key!r}.")
