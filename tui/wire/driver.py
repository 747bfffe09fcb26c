"""The console's terminal driver: Textual's own, reduced to the differences between frames."""

from __future__ import annotations

import asyncio
import os
import signal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from textual.drivers import linux_driver
from textual.events import Key, Resize

from partnerdesk.tui.wire.clipboard import carried, give_to_tmux, is_copy
from partnerdesk.tui.wire.frame_parser import is_frame
from partnerdesk.tui.wire.frame_writer import Abilities
from partnerdesk.tui.wire.key_parser import KeyParser
from partnerdesk.tui.wire.painted import LEAVE_KEY, PaintedApp
from partnerdesk.tui.wire.screen_buffer import Picture
from partnerdesk.tui.wire.startup_snapshot import TO_ALTERNATE, keep_keys
from partnerdesk.tui.wire.wire import BEGIN, END, Wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from textual.app import App
    from textual.message import Message

    from partnerdesk.tui.wire.startup_snapshot import Standing

vars(linux_driver)["XTermParser"] = KeyParser  # Textual's driver has no parameter for it


class WatchedDriver(linux_driver.LinuxDriver):
    """Reports ctrl+q from the input thread, because the event loop may be busy or hang."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._painter = app
        self._was_started = False

    def start_application_mode(self) -> None:
        """Take the terminal over and give the app the terminal's previous attributes."""
        # Textual changes the screen before the attributes: a Ctrl-S in between would be lost.
        usual = None if self._was_started else keep_keys(self.fileno)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._was_started = True
        if usual is not None:
            self.attrs_before = usual
        if isinstance(self._painter, PaintedApp):
            self._painter.terminal_before = self.attrs_before

    def stop_application_mode(self) -> None:
        """Restore the terminal and notify the app."""
        super().stop_application_mode()
        if isinstance(self._painter, PaintedApp):
            self._painter.terminal_in_order()

    def process_message(self, message: Message) -> None:
        """Handle a message from the terminal; runs in the input thread."""
        app = self._painter
        if isinstance(message, Key) and message.key == LEAVE_KEY and isinstance(app, PaintedApp):
            app.leave_key_pressed()
        if isinstance(message, Key) and message.key == "escape" and isinstance(app, PaintedApp):
            app.escape_pressed()
        super().process_message(message)


class SparingDriver(WatchedDriver):
    """Keeps a copy of what the terminal shows, and sends only the differences.

    The copy is dropped whenever the terminal may show something else.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.picture = Picture(
            lambda: self.abilities, ambiguous_may_be_wide=_locale().startswith(("zh", "ja", "ko"))
        )
        self._wire = Wire(self.picture)
        self._app_loop: asyncio.AbstractEventLoop
        """The app's event loop; messages from the terminal arrive in the input thread."""
        self._usual_resize: Callable[[int, FrameType | None], object] | None = None
        if isinstance(app, PaintedApp):
            app.picture = self.picture

    @cached_property
    def abilities(self) -> Abilities:
        """The terminal's abilities, from its terminfo entry."""
        if os.environ.get("STY") and not os.environ.get("TERM", "").startswith("screen"):
            return Abilities()  # GNU screen whose TERM names another terminal
        try:
            import curses
        except ImportError:  # some Python builds lack curses
            return Abilities()
        try:
            curses.setupterm(fd=self.fileno)
        except curses.error:  # terminfo has no entry for this terminal
            return Abilities()
        return Abilities(
            erases_in_colour=curses.tigetflag("bce") > 0,
            erases_inside=curses.tigetstr("ech") is not None,
        )

    # Output

    def write(self, data: str) -> None:
        """Write the differences of a frame, and all other data unchanged.

        While the picture of the last run is shown, frames are dropped.
        """
        if is_copy(data):
            give_to_tmux(data, os.environ)
            super().write(carried(data, os.environ))
            return
        if self._startup_picture() and (data in (BEGIN, END, TO_ALTERNATE) or is_frame(data)):
            return
        sent = self._wire.sent(data, *self._painter.size)
        if sent:
            super().write(sent)

    def _startup_picture(self) -> Standing | None:
        return self._painter.standing if isinstance(self._painter, PaintedApp) else None

    def _end_standing(self) -> None:
        """Let the app paint now; may be called from a signal handler or another thread."""
        app = self._painter
        if isinstance(app, PaintedApp) and (standing := app.standing) is not None:
            standing.is_whole = False
            self._app_loop.call_soon_threadsafe(app.call_later, app.unveil)

    # Events after which the terminal may show something else

    def start_application_mode(self) -> None:
        """Start, or start again after the console was suspended or stopped."""
        self._app_loop = asyncio.get_running_loop()
        self.picture.forget()
        was_started = self._was_started
        if was_started and isinstance(self._painter, PaintedApp):
            self._painter.standing = None
        super().start_application_mode()
        if standing := self._startup_picture():
            self.attrs_before = standing.hand_over()
            if isinstance(self._painter, PaintedApp):
                self._painter.terminal_before = self.attrs_before
            if not standing.is_whole:
                self._end_standing()
        self._watch_resizes()
        if was_started:  # Textual does not repaint after a stop by signal
            redraw = self._painter.call_later
            asyncio.get_running_loop().call_soon_threadsafe(redraw, self._painter.refresh)

    def process_message(self, message: Message) -> None:
        """Handle a message from the terminal; a resize takes effect even if Textual is busy."""
        if isinstance(message, Resize):
            self._changed_size()
        super().process_message(message)

    def _watch_resizes(self) -> None:
        usual = signal.getsignal(signal.SIGWINCH)
        if callable(usual) and usual != self._resized:
            self._usual_resize = usual
            signal.signal(signal.SIGWINCH, self._resized)

    def _changed_size(self) -> None:
        # A terminal that was made narrower and wider again has lost the cells on its right.
        self.picture.forget()
        self._end_standing()

    def _resized(self, number: int, frame: FrameType | None) -> None:
        self._changed_size()
        if self._usual_resize is not None:
            self._usual_resize(number, frame)


def _locale() -> str:
    values = (os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    return next((value for value in values if value), "")
