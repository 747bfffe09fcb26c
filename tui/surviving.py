"""An error that nobody expected costs the screen it happened in, never the session."""

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
"""Errors without a key between them after which the console ends: leaving screens does not help."""


class Surviving(PaintedApp):
    """Leaves the screen that failed, keeps what was typed there, and goes on with the rest."""

    def __init__(self, clock: Callable[[], datetime], *, terminal_palette: bool = False) -> None:
        # Textual asks it once how to do without colours: grey would be black of a palette's names.
        super().__init__(ansi_color=terminal_palette or None)
        self._clock = clock
        self.failure: AppError | None = None
        """Why the console ended, where it did not end because somebody wanted it to."""
        self._errors = 0
        """Errors since a key was pressed."""
        self._reported: set[tuple[tuple[str, int], ...]] = set()
        """Places of errors that came beside and cost no screen."""
        self._failed: WeakSet[Screen[Any]] = WeakSet()
        self._typed: dict[str, Mapping[str, str]] = {}
        """What was typed on screens that failed, by what it belongs to, until it is taken up."""
        # Textual prints its crash screen, which shows the values of variables, to this console.
        self.error_console = Console(quiet=True)

    # What subclasses say

    def first_screen(self) -> Screen[Any]:
        """Return the screen below all others."""
        raise NotImplementedError

    def say(self, text: str, *, error: bool = False) -> None:
        """Say something on the screen on top."""
        raise NotImplementedError

    def stop_deed(self) -> None:
        """Stop what is being done for a person: it may be waiting for the screen that failed."""
        raise NotImplementedError

    # The end

    def fail(self, error: AppError) -> None:
        """End the console, saying why."""
        self.failure = error
        self.exit(return_code=int(error.exit_code))

    def panic(self, *renderables: RenderableType) -> None:
        """End the console where its input broke; survive where work that it began failed.

        Textual calls it for either; what it would print shows the values of variables.
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
        """Stay: Textual sends this after an error, and the error was seen to.

        What it would print of it at the end, values of variables among it, is kept no longer.
        """
        message.prevent_default()
        self._exit_renderables.clear()

    def bell(self) -> None:
        """Ring the bell; on the way to a crash, survive.

        Textual rings it first of all when an error was not caught, while the error is at hand;
        there is no other public place to see it.
        """
        error = sys.exc_info()[1]
        if error is None:
            super().bell()
        else:
            self.survive(error)

    # Errors

    def survive(self, error: BaseException, *, beside: bool = True) -> None:
        """Write a report of an error that nobody expected, and leave the screen it happened in.

        Args:
            error: what happened.
            beside: whether it came by itself; else a person did something, and is told each time.
        """
        screen = screen_of(error)
        if screen is not None and screen in self._failed:
            return  # it is being left: what else fails in it follows from that
        if screen is None and beside:
            place = _place_of(error)
            if place in self._reported:
                return  # it fails again and again: it was reported, and costs nothing else
            self._reported.add(place)
        report = write_report(error, self._clock())
        if screen is not None:
            self._failed.add(screen)
            self._errors += 1
        if self._errors > MOST_ERRORS:
            self._give_up(report)
            return
        if screen is not None:
            self.stop_deed()  # it may be waiting for that screen
        self.call_later(self._leave_failed, screen, report)

    def give_up(self, error: BaseException) -> None:
        """End the console after an error without which there is nothing to go on with."""
        self._give_up(write_report(error, self._clock()))

    def _give_up(self, report: Path | None) -> None:
        text = _("partnerdesk met an error it did not expect and had to stop.")
        self.fail(AppError(text, report_text(report)))

    async def _leave_failed(self, screen: Screen[Any] | None, report: Path | None) -> None:
        """Leave a screen, and what stands above it; what is typed there is kept."""
        said = _("An error nobody expected.")
        stack = list(self.screen_stack)
        if screen in stack:
            said = _("An error nobody expected: the screen was left.")
            above = stack[stack.index(screen) :]
            if self._keep_typed(above):
                said += " " + _("What you typed is kept: open it again.")
            for one in reversed(above):
                with suppress(Exception):  # what is left of it has to go all the same
                    if not one.is_running:
                        await one.remove_children()
                    await self.pop_screen()
            if len(self.screen_stack) == 1:  # Textual's own, which is empty
                await self.push_screen(self.first_screen())
        elif len(stack) <= 1:
            self._give_up(report)
            return
        self.say(f"{said} {report_text(report)}".strip(), error=True)

    def _keep_typed(self, screens: list[Screen[Any]]) -> bool:
        """Keep what is typed on screens; return whether there was anything."""
        typed: dict[str, Mapping[str, str]] = {}
        for screen in screens:
            try:
                if isinstance(screen, Unsaved):
                    typed[screen.belongs_to] = screen.unsaved()
                if isinstance(screen, QuestionScreen) and (half := screen.half_typed):
                    label, text = half
                    typed[line_of(screen, screen.about, label)] = {"": text} if text else {}
            except Exception:  # noqa: BLE001, S112 - it failed: there may be nothing left of it
                continue
        typed = {name: texts for name, texts in typed.items() if texts}
        self._typed |= typed
        return bool(typed)

    def keep_typed(self, screen: Screen[Any]) -> None:
        """Keep what is typed on a screen that is left, until such a one is opened again."""
        self._keep_typed([screen])

    def take_typed(self, belongs_to: str) -> Mapping[str, str]:
        """Return what was typed when a screen failed, by what it belongs to; once."""
        return self._typed.pop(belongs_to, {})

    def give_back(self, screen: Screen[Any]) -> None:
        """Put back what was typed when such a screen failed; once, since it may fail again."""
        if isinstance(screen, Unsaved) and (texts := self.take_typed(screen.belongs_to)):
            screen.take_back(texts)
            self.say(_("What you had typed is back."))


def screen_of(error: BaseException) -> Screen[Any] | None:
    """Return the screen in whose code an error happened; None where it was none's."""
    trace = error.__traceback__
    while trace is not None:
        node = trace.tb_frame.f_locals.get("self")
        if isinstance(node, DOMNode) and not isinstance(node, App):
            screens = [one for one in node.ancestors_with_self if isinstance(one, Screen)]
            if screens:
                return screens[0]
        trace = trace.tb_next
    return None


def _place_of(error: BaseException) -> tuple[tuple[str, int], ...]:
    """Return the files and lines that led to an error."""
    frames = traceback.extract_tb(error.__traceback__)
    return tuple((frame.filename, frame.lineno or 0) for frame in frames)


def report_text(report: Path | None) -> str:
    """Return where a report is, in words; nothing where there is none."""
    if report is None:
        return ""
    return _("A report without your data is in {file}.").format(file=report)
