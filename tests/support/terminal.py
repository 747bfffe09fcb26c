"""A terminal for tests: run a program in a real pseudo-terminal, and read its screen.

    with Terminal(["partnerdesk", "--demo"], columns=80, rows=24) as t:
        t.press("g", "c")
        t.wait_for("Fabrikam")

Nothing sleeps: each wait reads the pseudo-terminal until its condition holds, or fails at a
deadline and shows the last screen.
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
"""Seconds without output and work after which a program counts as idle; Textual waits 0.1 s to tell
a single Escape from the start of a sequence."""

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
    "f9": "\x1b[20~",
    "f12": "\x1b[24~",
}
"""The bytes that xterm sends for each named key; `ctrl+x` and single characters need no entry."""

# Runs first in the new process: the session leader makes the pty its controlling terminal.
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios;"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True)
class _Activity:
    """The processor time of a program's threads, and whether one is running."""

    ticks: int
    running: bool


class Terminal:
    """Runs a program in a terminal of its own; leaving the block kills the program."""

    def __init__(
        self,
        command: Sequence[str | Path],
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str | None] | None = None,
        *,
        cwd: Path | None = None,
    ) -> None:
        """Start `command`, searched first in the folder of the running Python.

        `env` changes variables of the environment; None removes a variable.
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

    @property
    def pid(self) -> int:
        """The number of the program's process."""
        return self._process.pid

    # Input

    def press(self, *keys: str) -> None:
        """Press keys: single characters, names in `KEYS`, or `ctrl+` and a letter."""
        for key in keys:
            self.send(_sequence(key).encode())
            if key == "escape":  # followed at once by another key, it would mean Alt
                self.wait_idle()

    def type(self, text: str) -> None:
        """Type a text, character by character."""
        self.send(text.encode())

    def paste(self, text: str) -> None:
        """Paste a text, bracketed if the program has switched that mode on."""
        bracketed = 2004 in self.modes
        self.send((f"\x1b[200~{text}\x1b[201~" if bracketed else text).encode())

    def send(self, data: bytes) -> None:
        """Send bytes unchanged."""
        while data and not self._ended:
            readable, writable, _ = select.select([self._master], [self._master], [], DEADLINE)
            if readable:  # a program that is blocked in writing does not read
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
        """Close the terminal, as a lost SSH connection does; the program gets SIGHUP."""
        self._close()

    def kill(self) -> None:
        """Kill the program with SIGKILL, and wait for its end."""
        self._process.kill()
        self._process.wait()

    def signal(self, number: int) -> None:
        """Send the program a signal, unless it has ended."""
        self._process.send_signal(number)

    # The screen

    @property
    def lines(self) -> list[str]:
        """The lines of the screen, without trailing blanks."""
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
        """Return one cell of the screen."""
        char = self._emulator.screen.buffer[row][column]
        return Cell(char.data, char.fg, char.bg, char.bold, char.reverse)

    def cells(self, row: int) -> list[Cell]:
        """Return all cells of a line."""
        return [
            Cell(char.data, char.fg, char.bg, char.bold, char.reverse)
            for char in self._emulator.places(row)
        ]

    @property
    def cursor(self) -> Cursor:
        """The position and visibility of the cursor."""
        cursor = self._emulator.screen.cursor
        return Cursor(cursor.x, cursor.y, not cursor.hidden)

    @property
    def title(self) -> str:
        """The title of the window."""
        return self._emulator.title

    @property
    def clipboard(self) -> str:
        """The text copied last (OSC 52); empty if none."""
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
        """The kitty keyboard modes that the program has pushed and not popped."""
        return list(self._emulator.kitty_keys)

    @property
    def bells(self) -> int:
        """How often the program rang the bell."""
        return self._emulator.bells

    @property
    def written(self) -> int:
        """The number of bytes read from the program so far; call `wait_idle` first."""
        return len(self._received)

    def bytes_since(self, mark: int) -> bytes:
        """Return the program's output since `written` was `mark`."""
        return bytes(self._received[mark:])

    @property
    def takes_lines(self) -> bool:
        """Whether the terminal echoes and edits lines itself, as shells expect."""
        modes = termios.tcgetattr(self._master)[3]
        return bool(modes & termios.ECHO and modes & termios.ICANON)

    # Waiting

    def wait_for(self, text: str, seconds: float = DEADLINE) -> None:
        """Wait until `text` is on the screen."""
        self._wait(lambda: text in self.text, f"{text!r} on the screen", seconds)

    def wait_until(self, condition: Callable[[str], bool], seconds: float = DEADLINE) -> None:
        """Wait until `condition` holds for the text of the screen."""
        self._wait(lambda: condition(self.text), "the condition", seconds)

    def wait_idle(self, seconds: float = DEADLINE, quiet: float = QUIET) -> None:
        """Wait until the program is idle: it writes nothing and (on Linux) does no work."""
        before = self._activity()

        def idle() -> bool:
            nonlocal before
            silent = not self._read(quiet)
            earlier, before = before, self._activity()
            return self._ended or (silent and not before.running and before == earlier)

        self._wait(idle, "the program to be idle", seconds)

    @property
    def is_running(self) -> bool:
        """Whether the program is still running."""
        return self._process.poll() is None

    def wait_for_output(self, mark: int, seconds: float = DEADLINE) -> None:
        """Wait until the program has written more than `mark` bytes."""
        self._wait(lambda: self.written > mark, "output", seconds)

    def read_for(self, seconds: float) -> None:
        """Read the program's output for some seconds, or until the program has ended."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and (self.is_running or self._read(0)):
            self._read(min(left, 0.05))

    @property
    def exit_code(self) -> int:
        """The exit code of the program, -N after signal N; waits for its end."""
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
        """Read output that arrives within `seconds`; return whether there was any."""
        if self._master < 0 or self._ended:
            self._pause(seconds)
            return False
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux returns EIO when all other ends are closed
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
