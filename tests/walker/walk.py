"""One walk: take steps in a console, and check the console after each."""

from __future__ import annotations

import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.walker import checks
from tests.walker.catalogue import all_screens
from tests.walker.checks import BrokenError, Failure
from tests.walker.console import WalkedConsole
from tests.walker.coverage import Coverage
from tests.walker.home import ended
from tests.walker.learning import Learned
from tests.walker.leaving import LeavingWatch
from tests.walker.steps import (
    Click,
    Kill,
    Leave,
    Meanwhile,
    Paste,
    Press,
    Resize,
    Start,
    Step,
    written,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.walker.home import Home

LOOKED = 2.6
"""Seconds after which the console has seen another process's write; it checks every 2 seconds."""
ASKS_FIRST = "NoteDialog"
"""The dialog that ctrl+q closes, after a warning, instead of leaving the console."""
LEAVING_SECONDS = 6.0
_CODES = {"ctrl+q": {0}, "signal": {128 + 15}, "line": {128 + 1, 120}}
"""The exit codes by the way of leaving. Python returns 120 if it cannot flush its output to the
lost terminal."""
LAST_STEPS = 40
"""The number of last steps printed for a failure."""


@dataclass(slots=True)
class Outcome:
    """The result of a walk."""

    coverage: Coverage = field(default_factory=Coverage)
    steps: int = 0
    keys: int = 0
    starts: int = 0
    kills: int = 0
    verified: int = 0
    """How often the history was verified."""
    failures: Counter[str] = field(default_factory=Counter)
    """The numbers of failures, by place."""
    first: dict[str, FoundFailure] = field(default_factory=dict)
    """The first failure of each place."""

    def add(self, other: Outcome) -> None:
        """Add the result of another walk."""
        self.coverage.add(other.coverage)
        self.steps += other.steps
        self.keys += other.keys
        self.starts += other.starts
        self.kills += other.kills
        self.verified += other.verified
        self.failures += other.failures
        for place, failure in other.first.items():
            self.first.setdefault(place, failure)


@dataclass(frozen=True, slots=True)
class FoundFailure:
    """A failure, with the steps that led to it."""

    failure: Failure
    seed: int
    start: Start
    """The size and language in which the console was started."""
    steps: tuple[Step, ...]
    """The last steps, at most `LAST_STEPS`."""
    screen: str
    log: Path
    """The log of all steps since the last fresh book; `--replay` repeats them."""


class Walk:
    """Takes steps in a console and checks it after each."""

    def __init__(
        self, home: Home, seed: int, *, program: Path | None = None, patience: float = 10.0
    ) -> None:
        self.outcome = Outcome()
        self.console: WalkedConsole | None = None
        self.learned = Learned()
        self._home = home
        self._seed = seed
        self._program = program
        self._patience = patience
        self._start = Start(80, 24, "en", fresh=True)
        self._last: list[Step] = []
        self._leaving = LeavingWatch()
        self._screen = ""
        """The screen on top after the last step."""

    # Steps

    def take(self, step: Step) -> Failure | None:
        """Take a step and check the console; return the failure, None for none."""
        self.outcome.steps += 1
        if isinstance(step, Start) and step.fresh:
            self.close()
            self._home.refresh()
            self._last.clear()
        self._last.append(step)
        with self._home.log.open("a", encoding="utf-8") as log:
            log.write(written(step) + "\n")
        failure = self._failure_of(step)
        if failure is not None:
            self._note(failure)
        return failure

    def _failure_of(self, step: Step) -> Failure | None:
        try:
            self._do(step)
            self._check()
        except BrokenError as broken:
            return self._crash() or broken.failure
        except (AssertionError, OSError) as error:  # a wait timed out, or the terminal is gone
            return self._crash() or self._trouble(error)
        return None

    def _crash(self) -> Failure | None:
        """Return the crash of a report, if any; it says more than the failures that follow."""
        try:
            checks.check_reports(self._home.crash_reports())
        except BrokenError as broken:
            return broken.failure
        return None

    def close(self) -> None:
        """End the console by force."""
        if self.console is not None:
            self.console.close()
            self.console = None

    def _do(self, step: Step) -> None:
        if isinstance(step, Start):
            self._begin(step)
            return
        console = self.console
        if console is None:
            return  # a replayed step of a log in which the console was still running
        match step:
            case Press(keys, pace):
                self._press(keys, pace)
            case Paste(text):
                self._leaving.typed(text)
                console.terminal.paste(text)
            case Click():
                console.click(step)
            case Resize(columns, rows):
                console.resize(columns, rows)
            case Meanwhile():
                self._write_meanwhile(step)
            case Kill(keys, after):
                self._press(keys, 0.0)
                console.terminal.read_for(after)
                self._kill()
            case Leave(way):
                self._leave(way)

    def _begin(self, start: Start) -> None:
        self.close()
        self._start = start
        self._home.is_demo = start.demo
        self.outcome.starts += 1
        self._leaving = LeavingWatch()
        self.console = WalkedConsole(self._home, start, self._program)
        self.console.terminal.wait_until(lambda text: bool(text.strip()))

    def _press(self, keys: tuple[str, ...], pace: float) -> None:
        if self.console is not None and keys:
            self.outcome.keys += len(keys)
            self._leaving.pressed(keys)
            self.console.press(keys, pace)

    def _write_meanwhile(self, step: Meanwhile) -> None:
        command = self._home.begin(step.words)
        try:
            self._press(step.keys, step.pace)
        finally:
            result = ended(command, step.words)
        checks.check_command(result)
        if self.console is not None:
            self.console.terminal.read_for(LOOKED)

    def _kill(self) -> None:
        if self.console is not None:
            self.outcome.kills += 1
            self.console.terminal.kill()
            self.close()
            self.verify()

    def _leave(self, way: str) -> None:
        console = self.console
        if console is None:
            return
        terminal, was_dialog = console.terminal, ""
        if way == "line":
            terminal.hang_up()
        elif way == "signal":
            terminal.signal(signal.SIGTERM)
        else:
            terminal.wait_idle()
            self._take_events(console)
            was_dialog = console.standing.screen
            was_dialog = "" if was_dialog in all_screens() else was_dialog
            self._press(("ctrl+q",), 0.0)
        until = time.monotonic() + LEAVING_SECONDS
        while terminal.is_running and time.monotonic() < until:
            terminal.read_for(0.05)
        if terminal.is_running and way == "ctrl+q":
            self._take_events(console)
            if was_dialog == ASKS_FIRST or (not was_dialog and "ctrl+q" in terminal.text):
                return  # ctrl+q has closed a note, or warned of work that would be lost
        if terminal.is_running:
            shown = terminal.text
            raise BrokenError(
                Failure(f"It does not leave ({way}).", f"does not leave ({way})", shown)
            )
        self._ended(_CODES[way])

    # Checks

    def verify(self) -> None:
        """Check that the history verifies.

        Raises:
            BrokenError: the history does not verify.
        """
        self.outcome.verified += 1
        result = self._home.run("changes", "verify")
        if result.code:
            raise BrokenError(
                Failure("The history does not verify.", "history does not verify", result.output)
            )

    def _check(self) -> None:
        console = self.console
        if console is not None:
            try:
                checks.check_drawing(console, self._patience)
            except AssertionError:
                if console.is_running:
                    raise
            self._take_events(console)
            if not console.is_running:
                self._ended({0})
        checks.check_reports(self._home.crash_reports())

    def _ended(self, allowed: set[int]) -> None:
        """Check that the console ended with an allowed code, and for an allowed reason."""
        console = self.console
        if console is None:
            return
        code, shown = console.terminal.exit_code, console.terminal.text
        self._take_events(console)
        self.close()
        checks.check_words(shown)
        if code not in allowed:
            raise BrokenError(Failure(f"It ended with {code}.", f"ended with {code}", shown))
        if code == 0 and not self._leaving.may_leave:
            place = f"left unasked, after {self.learned.action}"
            raise BrokenError(Failure("It was left, and nobody said so.", place, shown))
        self.verify()

    def _trouble(self, error: Exception) -> Failure | None:
        """Return the failure behind a timeout; None if the console ended as allowed."""
        console = self.console
        try:
            if console is not None and not console.is_running:
                self._ended({0})
                return None
        except BrokenError as broken:
            return broken.failure
        waits = checks.waiting_work(console) if console else []
        place = f"{type(error).__name__}: {checks.waiting_place(waits)}"
        return Failure(str(error).partition("\n")[0], place, str(error))

    def _take_events(self, console: WalkedConsole) -> None:
        coverage = self.outcome.coverage
        for event in console.events():
            self.learned.take(event)
            if action := event.get("action"):
                coverage.action(event["screen"], action, refused=event["refused"])
            elif top := event.get("top"):
                coverage.screens[top] += 1
            elif (state := event.get("state")) and not coverage.screens[state["screen"]]:
                coverage.screens[state["screen"]] += 1
        self._screen = console.standing.screen

    def _note(self, failure: Failure) -> None:
        self.outcome.failures[failure.place] += 1
        if failure.place not in self.outcome.first:
            log = self._home.keep_log()
            last = tuple(self._last[-LAST_STEPS:])
            self.outcome.first[failure.place] = FoundFailure(
                failure, self._seed, self._start, last, self._screen, log
            )
