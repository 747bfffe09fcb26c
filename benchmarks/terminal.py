"""A program in a terminal of its own: keys in, bytes out, each piece with the moment it came."""

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
"""Where programs are started, so that `python -m` finds the project."""
COLUMNS, LINES = 120, 40
QUIET = 0.1
"""Seconds without a byte after which an answer is whole; they are never counted."""
LIMIT = 60.0
"""Seconds after which a wait fails."""
STEP = 0.02
"""Seconds between two looks at a terminal that is quiet."""

_QUESTION = re.compile(rb"\x1b\[\?(\d+)\$p|\x1b\[(c)|\x1b\[(6n)")


@dataclass(frozen=True)
class Answer:
    """What a program wrote after a key."""

    seconds: float
    """From the key to the last byte; 0 where nothing came."""
    output: bytes

    @property
    def size(self) -> int:
        """How many bytes."""
        return len(self.output)


class _Work(NamedTuple):
    """What the kernel says of a program's threads."""

    ticks: int
    is_running: bool


class Session:
    """A program in a terminal that says it can show whole frames at once (mode 2026).

    A thread takes what the program writes as soon as it comes, so that no program waits for us.
    """

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], *, typed_ahead: str = ""
    ) -> None:
        """Start `command`; `typed_ahead` is in its terminal before it is."""
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
        """Press keys at once and wait until the answer is whole.

        Args:
            keys: single characters and names that `tests.support.terminal` knows.
            quiet: seconds without a byte that make it whole.
            first: seconds that the first byte may take; then there is no answer.
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

    def press_until(self, key: str, text: str, *, quiet: float = QUIET) -> float:
        """Press a key; return the seconds until `text` stands on the screen."""
        self.look()
        sent = time.perf_counter()
        os.write(self._terminal, KEYS.get(key, key).encode())
        shown = self.when(text)
        self.settle(quiet)
        return shown - sent

    def settle(self, quiet: float = QUIET, limit: float = LIMIT) -> None:
        """Wait until the program has written nothing and (on Linux) done no work for a while.

        Raises:
            TimeoutError: it was still busy after `limit` seconds.
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

    # What is on the screen

    def when(self, text: str, limit: float = LIMIT) -> float:
        """Return the moment at which `text` stood on the screen, from the last look on.

        Raises:
            TimeoutError: it did not within `limit` seconds.
        """
        return self._when(lambda screen: text in screen, f"{text!r} was not shown", limit)

    def when_gone(self, text: str, limit: float = LIMIT) -> float:
        """Return the moment at which `text` was no longer on the screen, from the last look on.

        Raises:
            TimeoutError: it still was after `limit` seconds.
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
        """Return the seconds from the start of the program until `text` stood on the screen."""
        return self.when(text) - self.started

    def look(self) -> list[str]:
        """Return the lines of the screen as they are now."""
        with self._changed:
            news = self._pieces[self._looked_at :]
        for _, piece in news:
            self._emulator.feed(piece)
        self._looked_at += len(news)
        return self._lines()

    def _lines(self) -> list[str]:
        """Return what stands in the cells; half a wide character stands for nothing."""
        cells = self._emulator.screen.buffer
        lines = ("".join(cells[y][x].data for x in range(COLUMNS)) for y in range(LINES))
        return [line.rstrip() for line in lines]

    def wait_for(self, text: str, limit: float = LIMIT) -> None:
        """Wait until `text` stands on the screen."""
        if not any(text in line for line in self.look()):
            self.when(text, limit)

    def __str__(self) -> str:
        return "\n".join(self.look())

    # The program

    @property
    def written(self) -> int:
        """How many bytes the program has written so far."""
        with self._changed:
            return sum(len(piece) for _, piece in self._pieces)

    @property
    def peak_memory(self) -> int:
        """The most bytes of memory that the program has held (Linux's VmHWM)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s*(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0

    @property
    def has_ended(self) -> bool:
        """Whether the program is gone."""
        return self._process.poll() is not None

    def wait_for_end(self) -> None:
        """Wait until the program has left by itself."""
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
            except OSError:  # the program is gone
                return
            moment = time.perf_counter()
            for mode, device, _place in _QUESTION.findall(piece):
                os.write(self._terminal, _reply(mode, device))
            with self._changed:
                self._pieces.append((moment, piece))
                self._changed.notify_all()


def _reply(mode: bytes, device: bytes) -> bytes:
    """Return what a modern terminal answers: of the modes it knows 2026 only."""
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
