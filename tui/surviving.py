"""After an unexpected error, close the screen in which it happened and keep the console open."""

from __future__ import annotations

import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakSet

from rich.console import Console
from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen

from partnerdesk.models.core.crash_report import write_report
from partnerdesk.models.core.errors import AppError
from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.questions import QuestionScreen
from partnerdesk.tui.widgets.unsaved import Unsaved, line_of
from partnerdesk.tui.wire.painted import PaintedApp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from rich.console import RenderableType
    from textual.messages import CloseMessages

MOST_ERRORS = 3
"""The most errors between two keys; after more, closing screens does not help and the app ends."""


class Surviving(PaintedApp):
    """Closes a screen that failed, keeps the text typed on it, and continues."""

    def __init__(self, clock: Callable[[], datetime], *, terminal_palette: bool = False) -> None:
        # Textual chooses its filter for NO_COLOR in this call, once: the filter for RGB colours
        # would turn the names of palette colours to black.
        super().__init__(ansi_color=terminal_palette or None)
        self._clock = clock
        self.failure: AppError | None = None
        """The error that ended the console; None if a person or a signal ended it."""
        self._errors = 0
        """The number of errors since the last key."""
        self._reported: set[tuple[tuple[str, int], ...]] = set()
        """Tracebacks of reported errors in background work that belong to no screen."""
        self._failed: WeakSet[Screen[Any]] = WeakSet()
        self._typed: dict[str, Mapping[str, str]] = {}
        """Text typed on screens that failed, by `belongs_to`, until the screen is opened again."""
        # Textual prints its crash screen, with the values of variables, to this console.
        self.error_console = Console(quiet=True)

    # Implemented by subclasses

    def first_screen(self) -> Screen[Any]:
        """Return the screen below all others."""
        raise NotImplementedError

    def say(self, text: str, *, error: bool = False) -> None:
        """Show a message on the screen on top."""
        raise NotImplementedError

    def unsay(self, text: str) -> None:
        """Take a message back, wherever it still stands."""
        raise NotImplementedError

    def stop_deed(self) -> None:
        """Cancel the current deed, which may be waiting for the screen that failed."""
        raise NotImplementedError

    # The end

    def fail(self, error: AppError) -> None:
        """End the console with an error."""
        self.failure = error
        self.exit(return_code=int(error.exit_code))

    def panic(self, *renderables: RenderableType) -> None:
        """End the console if reading its input failed; survive the failure of a worker.

        Textual calls this method in both cases; its own output would show values of variables.
        """
        error = sys.exc_info()[1]
        if error is not None:
            self.survive(error)
            return
        from rich.traceback import Traceback

        kinds = {
            stack.exc_type
            for renderable in renderables
            if isinstance(renderable, Traceback)
            for stack in renderable.trace.stacks
        }
        if "UnicodeDecodeError" in kinds:
            text = _("The console had to stop: the terminal sent what is no UTF-8 text.")
            remedy = _("Set the terminal to UTF-8 and start again. What was written is kept.")
            self.fail(AppError(text, remedy))
        else:
            self._give_up(None)

    def on_close_messages(self, message: CloseMessages) -> None:
        """Stay open: Textual sends this after an error that was handled already.

        Drop the output that Textual would print at the end, with values of variables.
        """
        message.prevent_default()
        self._exit_renderables.clear()

    def bell(self) -> None:
        """Ring the bell; if an exception is being handled, survive it instead.

        After an uncaught error Textual first rings the bell, within the handler of the exception;
        no other public method allows to intercept the error.
        """
        error = sys.exc_info()[1]
        if error is None:
            super().bell()
        else:
            self.survive(error)

    # Errors

    def survive(self, error: BaseException, *, beside: bool = True) -> None:
        """Write a report of an unexpected error, and close the screen in which it happened.

        Args:
            error: the error.
            beside: the error happened in background work; it is reported once only. An error in a
                deed is reported each time.
        """
        screen = screen_of(error)
        if screen is not None and screen in self._failed:
            return  # the screen is being closed: further errors in it follow from the first
        if screen is None and beside:
            place = _place_of(error)
            if place in self._reported:
                return  # a repeated error of background work was reported already
            self._reported.add(place)
        report = write_report(error, self._clock())
        if screen is not None:
            self._failed.add(screen)
            self._errors += 1
        if self._errors > MOST_ERRORS:
            self._give_up(report)
            return
        if screen is not None:
            self.stop_deed()  # the deed may be waiting for that screen
        self.call_later(self._leave_failed, screen, report)

    def give_up(self, error: BaseException) -> None:
        """Write a report of an error after which the console cannot continue, and end it."""
        self._give_up(write_report(error, self._clock()))

    def _give_up(self, report: Path | None) -> None:
        text = _("partnerdesk met an error it did not expect and had to stop.")
        self.fail(AppError(text, report_text(report)))

    async def _leave_failed(self, screen: Screen[Any] | None, report: Path | None) -> None:
        """Close a screen and the screens above it, and keep the text typed on them."""
        text = _("An error nobody expected.")
        stack = list(self.screen_stack)
        if screen in stack:
            text = _("An error nobody expected: the screen was left.")
            above = stack[stack.index(screen) :]
            if self._keep_typed(above):
                text += " " + _("What you typed is kept: open it again.")
            for closing in reversed(above):
                with suppress(Exception):  # the next screen has to be closed all the same
                    if not closing.is_running:
                        await closing.remove_children()
                    await self.pop_screen()
            if len(self.screen_stack) == 1:  # Textual's own, which is empty
                await self.push_screen(self.first_screen())
        elif len(stack) <= 1:
            self._give_up(report)
            return
        self.say(f"{text} {report_text(report)}".strip(), error=True)

    def _keep_typed(self, screens: list[Screen[Any]]) -> bool:
        """Keep the text typed on screens; return whether there was any."""
        typed: dict[str, Mapping[str, str]] = {}
        for screen in screens:
            try:
                if isinstance(screen, Unsaved):
                    typed[screen.belongs_to] = screen.unsaved()
                if isinstance(screen, QuestionScreen) and (half := screen.half_typed):
                    label, text = half
                    typed[line_of(screen, screen.about, label)] = {"": text} if text else {}
            except Exception:  # noqa: BLE001, S112 - a failed screen may be incomplete
                continue
        typed = {name: texts for name, texts in typed.items() if texts}
        self._typed |= typed
        return bool(typed)

    def keep_typed(self, screen: Screen[Any]) -> None:
        """Keep the text typed on a screen that is left, until such a screen is opened again."""
        self._keep_typed([screen])

    def take_typed(self, belongs_to: str) -> Mapping[str, str]:
        """Remove and return the text typed on a failed screen with this `belongs_to`."""
        return self._typed.pop(belongs_to, {})

    def give_back(self, screen: Screen[Any]) -> None:
        """Restore the text typed on a failed screen; once, because the screen may fail again."""
        if isinstance(screen, Unsaved) and (texts := self.take_typed(screen.belongs_to)):
            screen.take_back(texts)
            self.say(_("What you had typed is back."))


def screen_of(error: BaseException) -> Screen[Any] | None:
    """Return the screen in whose code an error happened; None if it happened in no screen."""
    trace = error.__traceback__
    while trace is not None:
        node = trace.tb_frame.f_locals.get("self")
        if isinstance(node, DOMNode) and not isinstance(node, App):
            screens = [above for above in node.ancestors_with_self if isinstance(above, Screen)]
            if screens:
                return screens[0]
        trace = trace.tb_next
    return None


def _place_of(error: BaseException) -> tuple[tuple[str, int], ...]:
    """Return the files and lines that led to an error."""
    frames = traceback.extract_tb(error.__traceback__)
    return tuple((frame.filename, frame.lineno or 0) for frame in frames)


def report_text(report: Path | None) -> str:
    """Return a sentence with the path of a report; empty if there is no report."""
    if report is None:
        return ""
    return _("A report without your data is in {file}.").format(file=report)
