"""The base of the app: handles one key or click after the other, and can always be left."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from textual.events import Key
from textual.widgets import Input

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.languages import _
from partnerdesk.tui.job_control import has_job_control, stop_job
from partnerdesk.tui.jobs import WithJobs
from partnerdesk.tui.watch import Watch
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.motions import DIGITS, Counting
from partnerdesk.tui.widgets.questions import SaysNoSuchKey, done
from partnerdesk.tui.widgets.reads import drained
from partnerdesk.tui.wire.painted import LEAVE_KEY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from rich.console import RenderableType
    from textual.events import Event
    from textual.screen import Screen


REDRAW_KEYS = ("f5", "ctrl+l")
"""Redraw the whole screen, on each screen that does not bind these keys itself."""
SUSPEND_KEY = "ctrl+z"
"""Suspends the console to the shell, on each screen that does not bind this key itself."""
SETTLE_SECONDS = 2.0
"""How long the next key waits for the reads of the key before; after that it acts anyway."""
LONG_SECONDS = 0.8
"""After this time the screen shows that something takes long."""
NO_MEANING = ("app.focus_next", "app.focus_previous")
"""Actions that Textual binds on every screen and that do nothing if one widget takes all keys."""

Answer = TypeVar("Answer")


class BaseApp(WithJobs):
    """Loses no key that was typed ahead.

    A deed is what a person asks for by key or mouse: the app finishes one deed before it handles
    the next key, and only deeds remove screens. A job is background work: it touches no screen, and
    no deed waits for it.
    """

    def __init__(self, clock: Callable[[], datetime], *, terminal_palette: bool = False) -> None:
        super().__init__(clock, terminal_palette=terminal_palette)
        self.guard: Watch | None = None
        """Ends the console even if it hangs; None without a terminal."""
        self.is_open = asyncio.Event()
        """Set when the book is open; keys wait for this event."""
        self._deed: asyncio.Task[None] | None = None
        """The task of the current deed."""
        self.is_leaving = False
        """Whether the console is being left."""
        self._hurries = False
        self._patient: list[AppScreen] = []
        """Screens that show that something takes long."""
        self._spent_escapes = 0
        """How many presses of Esc that are still to come stopped a wait already."""
        self._key_before = ""
        """The previous key."""

    # The end

    def watch_over(self) -> None:
        """Start the watch, which ends the console on a signal or ctrl+q even if it hangs."""
        self.guard = Watch(self.hurry, self._leave_now, self._clock)
        self.guard.heed_signals(lambda: self.terminal_before)

    def leave_key_pressed(self) -> None:
        """Start to watch whether ctrl+q is answered; called in the driver's input thread."""
        if self.guard is not None:
            self.guard.key_pressed()

    def escape_pressed(self) -> None:
        """Stop the wait for a book that another process holds; the key itself is spent so.

        The driver calls it at once, in its own thread: the deed that waits holds up the keys, as
        does a book that is still opening; the console is left then.
        """
        if (self._patient or not self.is_open.is_set()) and self.stop_waiting():
            self._spent_escapes += 1

    def stop_waiting(self) -> bool:
        """Stop the wait for another process; return whether there was one."""
        return False

    def terminal_in_order(self) -> None:
        """Tell the watch that the terminal is restored; called by the driver."""
        if self.guard is not None:
            self.guard.terminal_restored()

    def _leave_now(self, code: int) -> None:
        """Save the last input if that takes a moment only, then leave with exit code `code`."""

        async def leave() -> None:
            await self.finish_small_jobs()
            self.exit(return_code=code)

        self.stop_deed()
        self.start(leave)

    def exit(
        self,
        result: None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """Leave the console and stop the current deed."""
        if self.guard is not None:
            self.guard.leaving(return_code)
        if not self.is_leaving:
            self.is_leaving = True
            self.before_leaving()
        self.stop_deed()
        super().exit(result, return_code, message)

    def before_leaving(self) -> None:
        """Save the state for the next start; called once, when the console is left."""

    @property
    def is_late(self) -> bool:
        """Whether the console has little time left to be left in order."""
        return self.guard is not None and self.guard.is_late

    # The picture

    def redraw(self) -> None:
        """Redraw the whole screen, because another program may have written over it."""
        if self.picture is not None:
            self.picture.repair()
        self.refresh()

    @property
    def can_suspend(self) -> bool:
        """Whether a shell can continue the console after a stop (`fg`)."""
        return not self.is_headless and not self.is_restricted and has_job_control()

    @property
    def is_restricted(self) -> bool:
        """Whether the person has the console alone, and no shell behind it."""
        return False

    def give_terminal_back(self) -> None:
        """Restore the terminal and stop the process until the shell continues it."""
        if not self.can_suspend:
            self.say(_("No shell waits that could bring the console back; ctrl+q leaves it."))
            return
        with self.suspend():
            stop_job()

    def unveil(self) -> None:
        """Replace the picture of the last run by the current screen."""
        standing, self.standing = self.standing, None
        if standing is None:
            return
        if self.picture is not None and standing.is_whole and standing.size == self.size:
            self.picture.take_over(standing.pieces, *standing.size)
        self.refresh()

    # One thing after the other

    async def on_event(self, event: Event) -> None:
        """Finish the action of a key before the next key is handled.

        Textual sends a key to the widget that has the focus when the key arrives; keys typed ahead
        would go to the screen that an earlier key is about to leave.
        """
        try:
            if isinstance(event, Key):
                self.unveil()
                if not event.is_forwarded:
                    await self._in_turn(partial(self._take_key, self._meant(event)))
                    return
            await super().on_event(event)
        except Exception as error:  # noqa: BLE001 - the last handler of the app's message queue
            self.survive(error, beside=False)

    async def _in_turn(self, act: Callable[[], Awaitable[None]]) -> None:
        """Run `act` as the current deed until it ends or is stopped."""
        if self.is_leaving:
            return
        self._deed = asyncio.ensure_future(act())
        waiting = asyncio.get_running_loop().call_later(LONG_SECONDS, self._say_it_takes_long)
        try:
            with suppress(asyncio.CancelledError):
                await self._deed
        except Exception as error:  # noqa: BLE001 - any error closes one screen only
            self.survive(error, beside=False)
        finally:
            self._deed = None
            waiting.cancel()
            for screen in self._patient:
                screen.call_later(screen.took_long)
            self._patient.clear()
            if self.guard is not None:
                self.guard.one_done()

    def _say_it_takes_long(self) -> None:
        """Show on the top screen that the deed takes long, unless the book is still opening."""
        top = self.screen_stack[-1]
        if self.is_open.is_set() and isinstance(top, AppScreen):
            self._patient.append(top)
            top.call_later(top.takes_long)

    def hurry(self) -> None:
        """If ctrl+q waits, stop the current deed and drop the keys pressed before ctrl+q."""
        if self.guard is not None and self.guard.is_due:
            self._hurries = True
            self.stop_deed()

    def stop_deed(self) -> None:
        """Cancel the current deed."""
        if self._deed is not None:
            self._deed.cancel()

    def begin(self, screen: Screen[Any], act: Callable[[], Awaitable[object]]) -> None:
        """Run `act` as a deed, as if a key had been pressed, if `screen` is still on top then."""
        self.call_later(self._begin, screen, act)

    async def _begin(self, screen: Screen[Any], act: Callable[[], Awaitable[object]]) -> None:
        async def deed() -> None:
            if screen is self.screen:
                await act()

        await self._in_turn(deed)

    async def settled(self) -> None:
        """Wait until the screen on top has finished its reads; at most `SETTLE_SECONDS`."""
        screen = self.screen
        if isinstance(screen, AppScreen):
            with suppress(TimeoutError):
                await asyncio.wait_for(screen.settled(), SETTLE_SECONDS)

    async def ask_dialog(
        self, dialog: Screen[Answer], answered: Callable[[Answer | None], Awaitable[None] | None]
    ) -> None:
        """Show a dialog; call `answered` with the answer after the dialog is closed."""

        async def deed(answer: Answer | None) -> None:
            try:
                await done(partial(answered, answer))
            except AppError as error:
                self.say(str(error), error=True)
            await self.settled()

        async def take(answer: Answer | None) -> None:
            await self._in_turn(partial(deed, answer))

        await self.push_screen(dialog, take)
        self.give_back(dialog)

    # Keys

    def _meant(self, event: Key) -> Key:
        """Return the key that was meant: Enter typed before the start arrives as ctrl+j."""
        is_bound = event.key in self.screen_stack[-1].active_bindings
        return Key("enter", "\r") if event.key == "ctrl+j" and not is_bound else event

    async def _take_key(self, event: Key) -> None:
        self._errors = 0
        if event.key == LEAVE_KEY and self.guard is not None:
            self.guard.key_taken()
            self._hurries = False
        if self._hurries:
            return
        if event.key == "escape" and self._spent_escapes:
            self._spent_escapes -= 1
            return
        screen = self.screen_stack[-1]
        if event.key in REDRAW_KEYS and event.key not in screen.active_bindings:
            self.redraw()
            return
        if event.key == SUSPEND_KEY and event.key not in screen.active_bindings:
            self.give_terminal_back()
            return
        if event.key != LEAVE_KEY and not self.is_open.is_set():
            self.say(_("Opening the book …"))
            await self.is_open.wait()
            screen = self.screen_stack[-1]
        if isinstance(screen, AppScreen) and screen.awaits_key and event.key != LEAVE_KEY:
            await screen.take_key(event)
            return
        number = screen.count if isinstance(screen, Counting) else 0
        await self._answer(screen, event)
        self._key_before = event.key
        if isinstance(screen, Counting) and screen.count == number:
            screen.take_count()  # the number was typed for this key, even if unused

    async def _counts(self, screen: Counting, event: Key) -> bool:
        """Return whether a key is a digit of the number before a key, or the Esc that clears it."""
        if not screen.count and event.character not in DIGITS:
            return False
        await drained(screen)  # messages of the previous key come first
        if screen.take_digit(event):
            return True
        screen.tell_count("")
        return bool(screen.count) and event.key == "escape"

    async def _answer(self, screen: Screen[Any], event: Key) -> None:
        """Run the action of a key, type the key, or show that the key does nothing here.

        A key without a meaning is dropped: in a queue it would reach the next screen.
        """
        focused = self.focused
        is_typed = focused is not None and focused.check_consume_key(event.key, event.character)
        if isinstance(screen, Counting) and not is_typed and await self._counts(screen, event):
            return
        active = screen.active_bindings.get(event.key)
        means = active is not None and active.enabled and active.binding.action not in NO_MEANING
        if active is not None and means and not is_typed:
            if focused is not None and event.key != LEAVE_KEY:
                await drained(focused)
            if await self.run_action(active.binding.action, active.node):
                return
        leaves = event.key == LEAVE_KEY  # a dialog hides the app's keys, but not this one
        if is_typed or means or leaves or not isinstance(screen, SaysNoSuchKey):
            await super().on_event(event)
            if not is_typed and focused is not None:
                await drained(focused)
        elif event.key != self._key_before:  # a key held down is answered once
            await drained(screen)
            screen.no_such_key(typing=isinstance(focused, Input))
