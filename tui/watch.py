"""Sees to it that the console can be left, whatever hangs: by a signal, or by ctrl+q.

A thread waits for signals and for the key's answer. First it asks the app to leave; where that does
not do, it writes down what hangs, leaves the terminal in order, and ends the process.
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

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
"""What ends the console in order."""
PATIENCE = 0.8
"""Seconds that ctrl+q waits for each thing that was pressed before it; then that is stopped."""
STOPPING = 0.4
"""Seconds that stopping it may take; then the console hangs, and is asked to leave all the same."""
HANGING_SECONDS = 1.0
"""Seconds within which, after `PATIENCE`, all that is over: stopping, leaving, closing."""
ORDER_SECONDS = 1.2
"""Seconds within which the app leaves the terminal in order; then it is done by force."""
CLOSE_SECONDS = 0.6
"""Seconds within which the process ends after that."""
REPORT_SECONDS = 0.1
"""How long the end waits for a report that is being written: the disk may be what hangs."""
WRITE_SECONDS = 0.15
"""How long a terminal may take that is put in order; one that is gone takes for ever."""
IN_ORDER = (
    "\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"
    "\x1b[?2004l\x1b[?2048l\x1b[?1004l\x1b[?7h\x1b[<u\x1b[0m\x1b[?1049l\x1b[?25h"
)
"""What takes back all that the console asked of a terminal: mouse, pasting, keys, its screen."""


class Watch:
    """Watches over one run of the console; made in the main thread, where the loop runs.

    Its state is changed by the loop, by the thread that reads the terminal, and by timers.
    """

    def __init__(
        self,
        hurry: Callable[[], None],
        leave: Callable[[int], None],
        clock: Callable[[], datetime],
    ) -> None:
        """Begin to watch.

        Args:
            hurry: lets the app, in its loop, come to ctrl+q at once.
            leave: asks the app, in its loop, to leave with an exit code, whatever it is doing.
            clock: what time it is, for the report.
        """
        self._hurry = hurry
        self._leave = leave
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._usual: Callable[[], list[Any] | None] = lambda: None
        self._lock = RLock()
        self._presses = 0
        """How often ctrl+q was pressed and not taken yet."""
        self._timer: Timer | None = None
        """Runs while ctrl+q is not taken: until it is late, and then until it is given up."""
        self._deadline: float | None = None
        """When the console has to be at its end, where ctrl+q is late."""
        self._is_leaving = False
        self._is_restored = Event()
        """Whether the app has left the terminal in order."""
        self._is_reported: Event | None = None
        """Whether the report is written, or cannot be; None where there is none."""
        self._report: Path | None = None
        self.is_hanging = False
        """Whether the console did not come to ctrl+q."""

    def heed_signals(self, usual: Callable[[], list[Any] | None]) -> None:
        """Leave when a signal says so, also where the main thread does not run.

        `usual` returns the terminal's attributes to come back to.
        """
        self._usual = usual
        readable, writable = os.pipe()
        os.set_blocking(writable, False)
        for number in SIGNALS:
            signal.signal(number, lambda _number, _frame: None)  # the pipe has it already
        signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
        Thread(target=self._wait_for_signals, args=(readable,), name="watch", daemon=True).start()

    def key_pressed(self) -> None:
        """Expect an answer to ctrl+q; called as soon as the terminal sent it, by any thread."""
        with self._lock:
            self._presses += 1
            if self._timer is None:  # else pressing it again would put off the end
                self._wait_on()

    def one_done(self) -> None:
        """Know that one of the things before ctrl+q is done: the next one has its time, too."""
        with self._lock:
            if not self._presses:
                self._deadline = None  # ctrl+q was taken late, and meant something else
            elif self._deadline is None:
                self._wait_on()

    def key_taken(self) -> None:
        """Know that ctrl+q was taken: what it means here is up to the screen."""
        with self._lock:
            self._presses = max(self._presses - 1, 0)
            self._wait_on()

    @property
    def is_due(self) -> bool:
        """Whether ctrl+q was pressed and is not taken yet."""
        return self._presses > 0

    @property
    def is_late(self) -> bool:
        """Whether the console did not come to ctrl+q in time, and has to hurry."""
        return self._deadline is not None

    @property
    def report(self) -> Path | None:
        """Where it stands what hung, or took its time; None where nothing did."""
        if self._is_reported is not None:
            self._is_reported.wait(REPORT_SECONDS)
        return self._report

    def leaving(self, code: int) -> None:
        """Expect the end, with an exit code, now that the app is leaving."""
        with self._lock:
            if not self._is_leaving:
                self._is_leaving = True
                self._stop_waiting()
                late = self._deadline is not None
                left = max((self._deadline or 0) - time.monotonic(), 0)
                self._later(left if late else ORDER_SECONDS, self._force, code, late)

    def terminal_restored(self) -> None:
        """Know that the terminal is in order: where the app leaves, only the book is to close."""
        if self._is_leaving:
            self._is_restored.set()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait_on(self) -> None:
        """Wait anew for ctrl+q to be taken, where it is due."""
        self._stop_waiting()
        if self._presses and not self._is_leaving:
            self._timer = self._later(PATIENCE, self._not_answered)

    def _wait_for_signals(self, readable: int) -> None:
        while numbers := os.read(readable, 64):
            for number in numbers:
                if number in SIGNALS and not self._is_leaving:
                    self._ask_to_leave(128 + number)

    def _not_answered(self) -> None:
        """Stop what is in the way of ctrl+q; where that does not do, end the console."""
        with self._lock:
            if self._timer is not current_thread():
                return  # it was taken at this moment
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
        """End the process; the terminal first, where the app has not left it in order."""
        if self._is_restored.is_set():
            self._later(0 if is_late else CLOSE_SECONDS, os._exit, code)
            return
        if not is_late:
            self._write_report(hanging_places(self._loop))
        restoring = self._beside(self._restore)
        restoring.join(WRITE_SECONDS + REPORT_SECONDS)
        os._exit(code or 1)

    def _write_report(self, places: list[str]) -> None:
        """Write a report, in a thread that may hang with the disk."""
        self._is_reported = written = Event()

        def write() -> None:
            self._report = write_hang_report(places, self._clock())
            written.set()

        self._beside(write)

    def _restore(self) -> None:
        terminal = sys.__stderr__.fileno() if sys.__stderr__ else 2
        told = _("partnerdesk did not answer and was ended.")
        if (report := self.report) is not None:
            told += "\r\n" + _("A report without your data is in {file}.").format(file=report)
        import termios

        os.write(terminal, f"{IN_ORDER}partnerdesk: {told}\r\n".encode())
        if (usual := self._usual()) is not None:
            termios.tcsetattr(terminal, termios.TCSANOW, usual)

    def _beside(self, act: Callable[[], None]) -> Thread:
        thread = Thread(target=act, daemon=True)
        thread.start()
        return thread

    def _later(self, seconds: float, act: Callable[..., object], *arguments: object) -> Timer:
        timer = Timer(seconds, act, arguments)
        timer.daemon = True
        timer.start()
        return timer
