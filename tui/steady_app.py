"""The app below the console: takes keys one by one, and ends in good order whatever happens."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from functools import partial
from threading import Timer
from typing import TYPE_CHECKING

from rich.console import Console
from textual.app import App
from textual.events import Key
from textual.screen import SystemModalScreen

from models.crash import write_report
from models.errors import DeskError
from models.languages import _
from tui.widgets.desk_screen import DeskScreen

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path
    from types import FrameType

    from rich.console import RenderableType
    from textual.events import Event
    from textual.widget import Widget

    from tui.wire.picture import Picture
    from tui.wire.standing import Standing

REDRAW_KEYS = ("f5", "ctrl+l")
"""Draw the whole screen anew, on every screen that has nothing else on them."""
LEAVE_SECONDS = 4.0
"""How long leaving may take after a signal that says so."""


class SteadyApp(App[None]):
    """Loses no key that was typed ahead, and shows nobody a traceback."""

    def __init__(self, clock: Callable[[], datetime], *, terminal_palette: bool = False) -> None:
        # Textual asks it once how to do without colours: grey would be black of a palette's names.
        super().__init__(ansi_color=terminal_palette or None)
        self._clock = clock
        self.failure: DeskError | None = None
        """Why the console ended, where it did not end because somebody wanted it to."""
        self.crash_report: Path | None = None
        """Where the report of an unexpected error stands."""
        self.picture: Picture | None = None
        """What the terminal shows, where the driver keeps that."""
        self.standing: Standing | None = None
        """The picture in which the console was left, as long as it stands there."""
        # Textual prints its crash screen, which shows the values of variables, to this console.
        self.error_console = Console(quiet=True)

    # The end

    def leave_on_signals(self) -> None:
        """Leave in order when the terminal is gone or somebody ends us; what is kept stays kept.

        A terminal that is gone can hold Textual's writing up for good, so a thread sees to the end.
        """
        loop = asyncio.get_running_loop()

        def leave(number: int, _frame: FrameType | None) -> None:
            last_resort = Timer(LEAVE_SECONDS, os._exit, [128 + number])
            last_resort.daemon = True
            last_resort.start()
            loop.call_soon_threadsafe(partial(self.exit, return_code=128 + number))

        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, leave)

    def fail(self, error: DeskError) -> None:
        """End the console, saying why."""
        self.failure = error
        self.exit(return_code=int(error.exit_code))

    def bell(self) -> None:
        """Ring the bell; on the way to a crash, write a report without values of variables.

        Textual rings it first of all when an error was not caught, while the error is at hand;
        there is no other public place to see it.
        """
        error = sys.exc_info()[1]
        if error is not None and self.crash_report is None:
            self.crash_report = write_report(error, self._clock())
        super().bell()

    def panic(self, *renderables: RenderableType) -> None:
        """End the console; what Textual would print shows the values of variables."""
        from rich.traceback import Traceback

        kinds = {
            stack.exc_type
            for renderable in renderables
            if isinstance(renderable, Traceback)
            for stack in renderable.trace.stacks
        }
        if "UnicodeDecodeError" in kinds:
            self.failure = DeskError(
                _("The console had to stop: the terminal sent what is no UTF-8 text."),
                _("Set the terminal to UTF-8 and start again. What was written is kept."),
            )
        elif self.failure is None:
            self.failure = DeskError(
                _("partnerdesk met an error it did not expect and had to stop.")
            )
        super().panic()

    # The picture

    def redraw(self) -> None:
        """Draw the whole screen anew: another program may have written over it."""
        if self.picture is not None:
            self.picture.repair()
        self.refresh()

    def unveil(self) -> None:
        """Show what is there by now, where the picture in which the console was left stands."""
        standing, self.standing = self.standing, None
        if standing is None:
            return
        if self.picture is not None and standing.is_whole and standing.size == self.size:
            self.picture.take_over(standing.pieces, *standing.size)
        self.refresh()

    # Keys

    async def on_event(self, event: Event) -> None:
        """Do what a key is bound to, whole, before the next key is looked at.

        Textual hands a key to whatever has the focus when it comes; of keys typed ahead the later
        ones would go to the screen that the earlier ones are about to leave.
        """
        if isinstance(event, Key):
            self.unveil()
            if not event.is_forwarded and await self._take_key(event):
                return
        await super().on_event(event)

    async def _take_key(self, event: Key) -> bool:
        screen = self.screen_stack[-1] if self.screen_stack else None
        if screen and event.key in REDRAW_KEYS and event.key not in screen.active_bindings:
            self.redraw()
            return True
        if screen is None or isinstance(screen, SystemModalScreen):
            return False  # Textual's own palette takes its keys itself
        if isinstance(screen, DeskScreen) and screen.awaits_key:
            await screen.take_key(event)
            return True
        active = screen.active_bindings.get(event.key)
        if active is None or not active.enabled:
            return False
        if self.focused is not None:
            if self.focused.check_consume_key(event.key, event.character):
                return False  # it is typed
            await _drained(self.focused)
        return await self.run_action(active.binding.action, active.node)


async def _drained(widget: Widget) -> None:
    """Wait until a widget has taken all keys that were handed to it."""
    done = asyncio.Event()
    if widget.call_later(done.set):
        await done.wait()
