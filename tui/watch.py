"""Ensure that a signal or ctrl+q ends the console even if the event loop or the disk hangs.

A thread waits for signals, a timer for the answer to ctrl+q. First they ask the app to leave; if
that fails, they report where the process hangs, restore the terminal and end the process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from threading import Event, RLock, Thread, Timer, current_thread
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.crash_report import hanging_places, write_hang_report
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
"""The signals that end the console in order."""
PATIENCE = 0.8
"""Seconds that ctrl+q waits for each deed before it; after that the deed is stopped."""
STOPPING = 0.4
"""Seconds to stop that deed; after that the console counts as hanging and is asked to leave."""
HANGING_SECONDS = 1.0
"""Seconds after `PATIENCE` for all of it: stopping, leaving, closing."""
ORDER_SECONDS = 1.2
"""Seconds for the app to restore the terminal; after that the watch restores it by force."""
CLOSE_SECONDS = 0.6
"""Seconds for the process to end after the terminal is restored."""
REPORT_SECONDS = 0.1
"""How long the end waits for the report: the disk may hang."""
WRITE_SECONDS = 0.15
"""How long writing to the terminal may take; a terminal that is gone blocks for ever."""
IN_ORDER = (
    "\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"
    "\x1b[?2004l\x1b[?2048l\x1b[?1004l\x1b[?7h\x1b[<u\x1b[0m\x1b[?1049l\x1b[?25h"
)
"""Resets all modes that the console sets: mouse, pasting, keys, the alternate screen."""


class Watch:
    """Watches one run of the console; created in the main thread, which runs the event loop.

    The event loop, the input thread and timers change its state, under one lock.
    """

    def __init__(
        self,
        hurry: Callable[[], None],
        leave: Callable[[int], None],
        clock: Callable[[], datetime],
    ) -> None:
        """Store the callbacks.

        Args:
            hurry: called in the event loop: stops what keeps ctrl+q waiting.
            leave: called in the event loop with an exit code: leaves the console.
            clock: returns the current time, for the report.
        """
        self._hurry = hurry
        self._leave = leave
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._usual: Callable[[], list[Any] | None] = lambda: None
        self._lock = RLock()
        self._presses = 0
        """The number of presses of ctrl+q that the app has not handled yet."""
        self._timer: Timer | None = None
        """Runs while ctrl+q waits: first `PATIENCE`, then `STOPPING`."""
        self._deadline: float | None = None
        """When the process has to end (monotonic seconds); None unless ctrl+q is late."""
        self._is_leaving = False
        self._is_restored = Event()
        """Set when the app has restored the terminal."""
        self._is_reported: Event | None = None
        """Set when writing the report has ended or failed; None without a report."""
        self._report: Path | None = None
        self.is_hanging = False
        """Whether the app did not handle ctrl+q, even after the deed was stopped."""

    def heed_signals(self, usual: Callable[[], list[Any] | None]) -> None:
        """Leave on a signal, even if the main thread does not run.

        `usual` returns the terminal's attributes to restore (termios).
        """
        self._usual = usual
        readable, writable = os.pipe()
        os.set_blocking(writable, False)
        for number in SIGNALS:
            signal.signal(number, lambda _number, _frame: None)  # the pipe delivers the signal
        signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
        Thread(target=self._wait_for_signals, args=(readable,), name="watch", daemon=True).start()

    def key_pressed(self) -> None:
        """Start to wait for the answer to ctrl+q; callable from any thread."""
        with self._lock:
            self._presses += 1
            if self._timer is None:  # else pressing ctrl+q again would delay the end
                self._wait_on()

    def one_done(self) -> None:
        """Give the next deed before ctrl+q its own `PATIENCE`; called when a deed has ended."""
        with self._lock:
            if not self._presses:
                self._deadline = None  # ctrl+q was handled late and did not leave the console
            elif self._deadline is None:
                self._wait_on()

    def key_taken(self) -> None:
        """Count one press of ctrl+q as handled; the screen decides what the key does."""
        with self._lock:
            self._presses = max(self._presses - 1, 0)
            self._wait_on()

    @property
    def is_due(self) -> bool:
        """Whether ctrl+q was pressed and is not handled yet."""
        return self._presses > 0

    @property
    def is_late(self) -> bool:
        """Whether the app did not handle ctrl+q within `PATIENCE`."""
        return self._deadline is not None

    @property
    def report(self) -> Path | None:
        """The report of what hung or took long; None if there is none, or not in time."""
        if self._is_reported is not None:
            self._is_reported.wait(REPORT_SECONDS)
        return self._report

    def leaving(self, code: int) -> None:
        """Start the deadline for the end of the process; called when the app begins to leave."""
        with self._lock:
            if not self._is_leaving:
                self._is_leaving = True
                self._stop_waiting()
                late = self._deadline is not None
                left = max((self._deadline or 0) - time.monotonic(), 0)
                self._later(left if late else ORDER_SECONDS, self._force, code, late)

    def terminal_restored(self) -> None:
        """Note that the terminal is restored; if the app is leaving, only the book has to close."""
        if self._is_leaving:
            self._is_restored.set()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait_on(self) -> None:
        """Restart the timer if ctrl+q is still waiting."""
        self._stop_waiting()
        if self._presses and not self._is_leaving:
            self._timer = self._later(PATIENCE, self._not_answered)

    def _wait_for_signals(self, readable: int) -> None:
        while numbers := os.read(readable, 64):
            for number in numbers:
                if number in SIGNALS and not self._is_leaving:
                    self._ask_to_leave(128 + number)

    def _not_answered(self) -> None:
        """Report and stop what keeps ctrl+q waiting; end the console if that fails."""
        with self._lock:
            if self._timer is not current_thread():
                return  # ctrl+q was handled at this moment
            self._deadline = time.monotonic() + HANGING_SECONDS
            self._timer = self._later(STOPPING, self._give_up)
            places = hanging_places(self._loop)
            with suppress(RuntimeError):  # the loop is closed already
                self._loop.call_soon_threadsafe(self._hurry)
        self._write_report(places)

    def _give_up(self) -> None:
        with self._lock:
            if self._timer is not current_thread():
                return
            self.is_hanging = True
        self._ask_to_leave(1)

    def _ask_to_leave(self, code: int) -> None:
        self.leaving(code)
        with suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._leave, code)

    def _force(self, code: int, is_late: bool) -> None:
        """End the process; restore the terminal first if the app has not done so."""
        if self._is_restored.is_set():
            self._later(0 if is_late else CLOSE_SECONDS, os._exit, code)
            return
        if not is_late:
            self._write_report(hanging_places(self._loop))
        restoring = self._start_thread(self._restore)
        restoring.join(WRITE_SECONDS + REPORT_SECONDS)
        os._exit(code or 1)

    def _write_report(self, places: list[str]) -> None:
        """Write a report in a thread of its own, because the disk may hang."""
        self._is_reported = written = Event()

        def write() -> None:
            self._report = write_hang_report(places, self._clock())
            written.set()

        self._start_thread(write)

    def _restore(self) -> None:
        terminal = sys.__stderr__.fileno() if sys.__stderr__ else 2
        text = _("partnerdesk did not answer and was ended.")
        if (report := self.report) is not None:
            text += "\r\n" + _("A report without your data is in {file}.").format(file=report)
        import termios

        os.write(terminal, f"{IN_ORDER}partnerdesk: {text}\r\n".encode())
        if (usual := self._usual()) is not None:
            termios.tcsetattr(terminal, termios.TCSANOW, usual)

    def _start_thread(self, act: Callable[[], None]) -> Thread:
        thread = Thread(target=act, daemon=True)
        thread.start()
        return thread

    def _later(self, seconds: float, act: Callable[..., object], *arguments: object) -> Timer:
        timer = Timer(seconds, act, arguments)
        timer.daemon = True
        timer.start()
        return timer
