"""The app below the console: does one thing after the other, and can always be left."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.languages import _
from partnerdesk.tui.job_control import has_job_control, stop_job
from partnerdesk.tui.surviving import Surviving
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
    from textual.worker import Worker


REDRAW_KEYS = ("f5", "ctrl+l")
"""Draw the whole screen anew, on every screen that has nothing else on them."""
SUSPEND_KEY = "ctrl+z"
"""Gives the terminal back to the shell for a while, on every screen that has nothing else on it."""
SETTLE_SECONDS = 2.0
"""How long the next key waits for what the one before asked for; then it acts on what is seen."""
LONG_SECONDS = 0.8
"""After how long it is said that something takes its time."""
SMALL_SECONDS, LATE_SECONDS = 0.5, 0.2
"""How long leaving waits for what was typed last to be kept; where it took long already."""
NO_MEANING = ("app.focus_next", "app.focus_previous")
"""What Textual binds on every screen, and does nothing where one place has all the keys."""

Answer = TypeVar("Answer")


@dataclass(eq=False)
class Job:
    """Something that goes on beside."""

    busy_with: str = ""
    """In words, where it takes long and would be lost with the console."""
    keeps: str = ""
    """What is lost, in words, where it takes a moment and did not come to its end."""


class BaseApp(Surviving):
    """Loses no key that was typed ahead.

    What a person does, by key or mouse, is a deed: the app carries it out whole before it looks at
    the next one, and it alone takes screens away. What goes on beside is a job: it touches no
    screen, and none waits for it.
    """

    def __init__(self, clock: Callable[[], datetime], *, terminal_palette: bool = False) -> None:
        super().__init__(clock, terminal_palette=terminal_palette)
        self.guard: Watch | None = None
        """Sees to the end, where there is a terminal."""
        self.is_open = asyncio.Event()
        """Whether the book is open; keys wait for it."""
        self._deed: asyncio.Task[None] | None = None
        """What is being done for the person now."""
        self.is_leaving = False
        """Whether the console is being left."""
        self._hurries = False
        self._patient: list[AppScreen] = []
        """Screens on which it is said that something takes its time."""
        self._key_before = ""
        """The key that was pressed last."""
        self._jobs: dict[asyncio.Task[object] | None, Job] = {}
        """What goes on beside."""

    # The end

    def watch_over(self) -> None:
        """Leave in order when a signal says so, and whatever hangs."""
        self.guard = Watch(self.hurry, self._leave_now, self._clock)
        self.guard.heed_signals(lambda: self.terminal_before)

    def leave_key_pressed(self) -> None:
        """Expect that ctrl+q is answered; the driver tells of it as soon as it comes."""
        if self.guard is not None:
            self.guard.key_pressed()

    def terminal_in_order(self) -> None:
        """Know that the terminal is as it was; the driver tells."""
        if self.guard is not None:
            self.guard.terminal_restored()

    def _leave_now(self, code: int) -> None:
        """Leave; what was typed last is kept first, where that takes a moment only."""

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
        """Leave the console, whatever is being done."""
        if self.guard is not None:
            self.guard.leaving(return_code)
        if not self.is_leaving:
            self.is_leaving = True
            self.before_leaving()
        self.stop_deed()
        super().exit(result, return_code, message)

    def before_leaving(self) -> None:
        """Take note of what is to be kept of how the console is left."""

    # The picture

    def redraw(self) -> None:
        """Draw the whole screen anew: another program may have written over it."""
        if self.picture is not None:
            self.picture.repair()
        self.refresh()

    @property
    def can_suspend(self) -> bool:
        """Whether a shell waits that brings the console back (`fg`)."""
        return not self.is_headless and has_job_control()

    def give_terminal_back(self) -> None:
        """Stop until the shell says that it goes on; the terminal is in order meanwhile."""
        if not self.can_suspend:
            self.say(_("No shell waits that could bring the console back; ctrl+q leaves it."))
            return
        with self.suspend():
            stop_job()

    def unveil(self) -> None:
        """Show what is there by now, where the picture in which the console was left stands."""
        standing, self.standing = self.standing, None
        if standing is None:
            return
        if self.picture is not None and standing.is_whole and standing.size == self.size:
            self.picture.take_over(standing.pieces, *standing.size)
        self.refresh()

    # One thing after the other

    async def on_event(self, event: Event) -> None:
        """Do what a key is bound to, whole, before the next key is looked at.

        Textual hands a key to whatever has the focus when it comes; of keys typed ahead the later
        ones would go to the screen that the earlier ones are about to leave.
        """
        try:
            if isinstance(event, Key):
                self.unveil()
                if not event.is_forwarded:
                    await self._in_turn(partial(self._take_key, self._meant(event)))
                    return
            await super().on_event(event)
        except Exception as error:  # noqa: BLE001 - the last net of the app's own queue
            self.survive(error, beside=False)

    async def _in_turn(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do something for the person, until it is done or stopped."""
        if self.is_leaving:
            return
        self._deed = asyncio.ensure_future(act())
        waiting = asyncio.get_running_loop().call_later(LONG_SECONDS, self._say_it_takes_long)
        try:
            with suppress(asyncio.CancelledError):
                await self._deed
        except Exception as error:  # noqa: BLE001 - whatever it is: it costs one screen
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
        """Say that what was asked for goes on, where nothing else says so."""
        top = self.screen_stack[-1]
        if self.is_open.is_set() and isinstance(top, AppScreen):
            self._patient.append(top)
            top.call_later(top.takes_long)

    def hurry(self) -> None:
        """Come to ctrl+q at once: stop what is being done, and leave out what was pressed since."""
        if self.guard is not None and self.guard.is_due:
            self._hurries = True
            self.stop_deed()

    def stop_deed(self) -> None:
        """Stop what is being done for the person."""
        if self._deed is not None:
            self._deed.cancel()

    def begin(self, screen: Screen[Any], act: Callable[[], Awaitable[object]]) -> None:
        """Do something for a screen as if a key had been pressed; not where it is left by then."""
        self.call_later(self._begin, screen, act)

    async def _begin(self, screen: Screen[Any], act: Callable[[], Awaitable[object]]) -> None:
        async def deed() -> None:
            if screen is self.screen:
                await act()

        await self._in_turn(deed)

    async def settled(self) -> None:
        """Wait until the screen on top shows what it was asked for; not for ever."""
        screen = self.screen
        if isinstance(screen, AppScreen):
            with suppress(TimeoutError):
                await asyncio.wait_for(screen.settled(), SETTLE_SECONDS)

    async def ask_dialog(
        self, dialog: Screen[Answer], answered: Callable[[Answer | None], Awaitable[None] | None]
    ) -> None:
        """Show a dialog; `answered` gets its answer when it is off the screen."""

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

    # Beside

    def start(
        self, work: Callable[[], Awaitable[object]], busy_with: str = "", *, keeps: str = ""
    ) -> None:
        """Do some work beside: it goes on when the screen that began it is left.

        Where it would be lost with the console, `busy_with` says in words what it is. Work that
        takes a moment is waited for; where it does not come to its end, `keeps` says what is lost.
        """
        job = partial(self._job, work, Job(busy_with, keeps))
        _worker: Worker[None] = self.run_worker(job, group="jobs")

    async def _job(self, work: Callable[[], Awaitable[object]], job: Job) -> None:
        task = asyncio.current_task()
        self._jobs[task] = job
        try:
            await work()
        except AppError as error:
            self.say(str(error), error=True)
        finally:
            del self._jobs[task]

    @property
    def would_be_lost(self) -> Job | None:
        """A job that would be lost with the console; None for none."""
        jobs = self._jobs.values()
        return next((job for job in jobs if job.busy_with or job.keeps), None)

    async def finish_small_jobs(self) -> None:
        """Let what was typed last be kept before the console is left."""
        own = asyncio.current_task()

        async def finished() -> None:
            for node in self.focused.ancestors_with_self if self.focused else ():
                if isinstance(node, Widget):
                    await drained(node)
            jobs = self._jobs.items()
            small = [task for task, job in jobs if task and task is not own and not job.busy_with]
            if small:
                await asyncio.wait(small)

        is_late = self.guard is not None and self.guard.is_late
        with suppress(TimeoutError):
            await asyncio.wait_for(finished(), LATE_SECONDS if is_late else SMALL_SECONDS)

    # Keys

    def _meant(self, event: Key) -> Key:
        """Return the key that was pressed: Enter comes as ctrl+j from before the picture stood."""
        is_bound = event.key in self.screen_stack[-1].active_bindings
        return Key("enter", "\r") if event.key == "ctrl+j" and not is_bound else event

    async def _take_key(self, event: Key) -> None:
        self._errors = 0
        if event.key == LEAVE_KEY and self.guard is not None:
            self.guard.key_taken()
            self._hurries = False
        if self._hurries:
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
            screen.take_count()  # it was meant for this key, whatever that did with it

    async def _counts(self, screen: Counting, event: Key) -> bool:
        """Take a digit of the number before a key, or Esc, which takes the number back."""
        if not screen.count and event.character not in DIGITS:
            return False
        await drained(screen)  # what was said of the key before comes first
        if screen.take_digit(event):
            return True
        screen.tell_count("")
        return bool(screen.count) and event.key == "escape"

    async def _answer(self, screen: Screen[Any], event: Key) -> None:
        """Do what a key is bound to, type it, or say that it does nothing here.

        One that does nothing is spent: in a queue it would come to the next screen.
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
        if is_typed or means or not isinstance(screen, SaysNoSuchKey):
            await super().on_event(event)
            if not is_typed and focused is not None:
                await drained(focused)
        elif event.key != self._key_before:  # one that is held is answered once
            await drained(screen)
            screen.no_such_key(typing=isinstance(focused, Input))
