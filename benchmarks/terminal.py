"""A program in a pseudo-terminal: press keys, and time each piece of its output."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread
from typing import TYPE_CHECKING, NamedTuple, Self

from tests.support.emulator import Emulator
from tests.support.terminal import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).parents[1]
"""The working directory of programs, so that `python -m` finds the project."""
COLUMNS, LINES = 120, 40
QUIET = 0.1
"""Seconds without output after which an answer counts as complete; not part of its time."""
LIMIT = 60.0
"""Seconds after which a wait fails."""
STEP = 0.02
"""Seconds between two checks of a quiet terminal."""

_QUESTION = re.compile(rb"\x1b\[\?(\d+)\$p|\x1b\[(c)|\x1b\[(6n)")


@dataclass(frozen=True)
class Answer:
    """The output of a program after a key."""

    seconds: float
    """Seconds from the key to the last byte; 0 without output."""
    output: bytes

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.output)


class _Work(NamedTuple):
    """The processor time of a program's threads, and whether one is running."""

    ticks: int
    is_running: bool


class Session:
    """A program in a terminal that supports synchronized output (mode 2026).

    A thread reads the program's output at once, so that the program never waits for the reader.
    """

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], *, typed_ahead: str = ""
    ) -> None:
        """Start `command`; `typed_ahead` is written to its terminal before the start."""
        self._terminal, slave = os.openpty()
        termios.tcsetwinsize(slave, (LINES, COLUMNS))
        self._pieces: list[tuple[float, bytes]] = []
        self._looked_at = 0
        self._changed = Condition()
        self._emulator = Emulator(COLUMNS, LINES, lambda _answer: None)
        os.write(self._terminal, typed_ahead.encode())
        self.started = time.perf_counter()
        try:
            self._process = subprocess.Popen(
                list(command), stdin=slave, stdout=slave, stderr=slave,
                cwd=ROOT, env=dict(env), start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(slave)
        self._reader = Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join()
        os.close(self._terminal)

    # Keys

    def press(self, *keys: str, quiet: float = QUIET, first: float = 2.0) -> Answer:
        """Press keys in one write and wait until the answer is complete.

        Args:
            keys: single characters, or names from `tests.support.terminal.KEYS`.
            quiet: seconds without output after which the answer is complete.
            first: seconds to wait for the first byte.
        """
        with self._changed:
            before = len(self._pieces)
            sent = time.perf_counter()
            os.write(self._terminal, "".join(KEYS.get(key, key) for key in keys).encode())
            self._changed.wait_for(lambda: len(self._pieces) > before, first)
        self.settle(quiet)
        pieces = self._pieces[before:]
        last = pieces[-1][0] - sent if pieces else 0.0
        return Answer(last, b"".join(piece for _, piece in pieces))

    def first_answer(self, key: str, pause: float = QUIET, most: float = 2.0) -> float | None:
        """Press a key; return the seconds until the first output behind it, None without any.

        For a program that is never idle: nobody waits until it is, only for a moment between keys.
        """
        with self._changed:
            before = len(self._pieces)
            sent = time.perf_counter()
            os.write(self._terminal, KEYS.get(key, key).encode())
            answered = self._changed.wait_for(lambda: len(self._pieces) > before, most)
            first = self._pieces[before][0] - sent if answered else None
        time.sleep(pause)
        return first

    def press_until(self, key: str, text: str, *, quiet: float = QUIET) -> float:
        """Press a key; return the seconds until `text` is on the screen."""
        self.look()
        sent = time.perf_counter()
        os.write(self._terminal, KEYS.get(key, key).encode())
        shown = self.when(text)
        self.settle(quiet)
        return shown - sent

    def settle(self, quiet: float = QUIET, limit: float = LIMIT) -> None:
        """Wait until the program has been idle for `quiet` seconds: no output, no work (Linux).

        Raises:
            TimeoutError: the program was still busy after `limit` seconds.
        """
        deadline = time.perf_counter() + limit
        worked, since = _work_of(self._process.pid), time.perf_counter()
        while (now := time.perf_counter()) < deadline:
            with self._changed:
                last = self._pieces[-1][0] if self._pieces else self.started
            if now - max(last, since) >= quiet:
                return
            time.sleep(STEP)
            before, worked = worked, _work_of(self._process.pid)
            if worked.is_running or worked != before:
                since = time.perf_counter()
        raise TimeoutError(f"The program was not idle in {limit} s:\n{self}")

    # The screen

    def when(self, text: str, limit: float = LIMIT) -> float:
        """Return the moment when `text` appeared on the screen, since the last look.

        Raises:
            TimeoutError: the text did not appear within `limit` seconds.
        """
        return self._when(lambda screen: text in screen, f"{text!r} was not shown", limit)

    def when_gone(self, text: str, limit: float = LIMIT) -> float:
        """Return the moment when `text` was gone from the screen, since the last look.

        Raises:
            TimeoutError: the text was still shown after `limit` seconds.
        """
        return self._when(lambda screen: text not in screen, f"{text!r} was still shown", limit)

    def _when(self, holds: Callable[[str], bool], failure: str, limit: float) -> float:
        deadline = time.perf_counter() + limit
        while time.perf_counter() < deadline:
            with self._changed:
                news = self._pieces[self._looked_at :]
            for moment, piece in news:
                self._emulator.feed(piece)
                self._looked_at += 1
                if holds("\n".join(self._lines())):
                    return moment
            time.sleep(STEP / 4)
        raise TimeoutError(f"{failure} in {limit} s:\n{self}")

    def seconds_to(self, text: str) -> float:
        """Return the seconds from the start of the program until `text` was on the screen."""
        return self.when(text) - self.started

    def look(self) -> list[str]:
        """Return the current lines of the screen."""
        with self._changed:
            news = self._pieces[self._looked_at :]
        for _, piece in news:
            self._emulator.feed(piece)
        self._looked_at += len(news)
        return self._lines()

    def _lines(self) -> list[str]:
        """Return the texts of the lines; the second cell of a wide character is empty."""
        cells = self._emulator.screen.buffer
        lines = ("".join(cells[y][x].data for x in range(COLUMNS)) for y in range(LINES))
        return [line.rstrip() for line in lines]

    def wait_for(self, text: str, limit: float = LIMIT) -> None:
        """Wait until `text` is on the screen."""
        if not any(text in line for line in self.look()):
            self.when(text, limit)

    def __str__(self) -> str:
        return "\n".join(self.look())

    # The program

    @property
    def written(self) -> int:
        """The number of bytes that the program has written so far."""
        with self._changed:
            return sum(len(piece) for _, piece in self._pieces)

    @property
    def peak_memory(self) -> int:
        """The peak memory of the program in bytes (Linux's VmHWM); 0 if unknown."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        match = re.search(r"VmHWM:\s*(\d+) kB", status)
        return int(match[1]) * 1024 if match else 0

    @property
    def has_ended(self) -> bool:
        """Whether the program has ended."""
        return self._process.poll() is not None

    def wait_for_end(self) -> None:
        """Wait until the program has ended by itself."""
        self._process.wait(LIMIT)

    def _read(self) -> None:
        while True:
            ready = select.select([self._terminal], [], [], 0.2)[0]
            if not ready:
                if self.has_ended:
                    return
                continue
            try:
                piece = os.read(self._terminal, 65536)
            except OSError:  # the program has ended
                return
            moment = time.perf_counter()
            for mode, device, _place in _QUESTION.findall(piece):
                os.write(self._terminal, _reply(mode, device))
            with self._changed:
                self._pieces.append((moment, piece))
                self._changed.notify_all()


def _reply(mode: bytes, device: bytes) -> bytes:
    """Return a modern terminal's answer to a query; mode 2026 is the only supported mode."""
    if mode:
        return b"\x1b[?%b;%d$y" % (mode, 2 if mode == b"2026" else 0)
    return b"\x1b[?62;22c" if device else b"\x1b[1;1R"


def _work_of(process: int) -> _Work:
    ticks, running = 0, False
    for file in Path(f"/proc/{process}/task").glob("*/stat"):
        with contextlib.suppress(OSError):
            fields = file.read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
            running = running or fields[0] in "RD"
    return _Work(ticks, running)
