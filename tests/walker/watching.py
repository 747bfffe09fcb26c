"""Run the console as `partnerdesk` does, and write its events to a file for the walker.

    python -m tests.walker.watching [flags of partnerdesk]

`WALKER_EVENTS` names the file. It gets a line of JSON for each screen that comes to the top, each
action, each question, and the state after each key; on SIGUSR1, the stacks of all tasks.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.walker.guard import FOLDER, keep_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import FrameType

    from textual.events import Event

    from partnerdesk.models.session import Look
    from partnerdesk.models.syncing.progress import SyncTrouble
    from partnerdesk.tui.widgets.actions import Action
    from partnerdesk.tui.widgets.app_screen import AppScreen
    from partnerdesk.tui.widgets.questions import Choice, QuestionScreen

EVENTS = "WALKER_EVENTS"
"""The environment variable that names the file of events."""


def tell(**words: object) -> None:
    """Append an event to the file in one write, so that the line is complete after a kill."""
    line = json.dumps(words, ensure_ascii=False) + "\n"
    file = os.open(os.environ[EVENTS], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(file, line.encode("utf-8", "replace"))
    finally:
        os.close(file)


def watch_actions() -> None:
    """Report each action with its screen, and each screen that comes to the top."""
    from partnerdesk.tui.widgets.app_screen import AppScreen

    perform, resume = AppScreen.perform, AppScreen.on_screen_resume

    async def watched_perform(self: AppScreen, action: Action) -> None:
        reason = self.refusal(action)
        tell(action=action.id, screen=type(self).__name__, refused=bool(reason))
        await perform(self, action)

    def watched_resume(self: AppScreen) -> None:
        tell(top=type(self).__name__)
        resume(self)

    AppScreen.perform = watched_perform  # type: ignore[method-assign]
    AppScreen.on_screen_resume = watched_resume  # type: ignore[method-assign]


def watch_questions() -> None:
    """Report the keys that answer each question."""
    from partnerdesk.tui.widgets.questions import QuestionScreen

    choose = QuestionScreen.choose

    def watched_choose(
        self: QuestionScreen, question: str, choices: list[Choice], *how: Any, **named: Any
    ) -> None:
        tell(choices=[choice.key for choice in choices])
        choose(self, question, choices, *how, **named)

    QuestionScreen.choose = watched_choose  # type: ignore[method-assign]


def watch_keys() -> None:
    """Report the state after each key."""
    from textual.events import Key

    from partnerdesk.tui.base_app import BaseApp

    on_event = BaseApp.on_event

    async def watched_on_event(self: BaseApp, event: Event) -> None:
        await on_event(self, event)
        if isinstance(event, Key) and self.screen_stack:
            tell(state=standing(self))

    BaseApp.on_event = watched_on_event  # type: ignore[method-assign]


def standing(app: Any) -> dict[str, object]:
    """Return the state: the screen on top, the open question, and where letters are typed."""
    from textual.css.query import NoMatches
    from textual.widgets import Input, TextArea

    top, focused = app.screen_stack[-1], app.focused
    try:
        prompt = top.prompt.label if top.prompt.is_open else None
    except (AttributeError, NoMatches):  # a dialog has no prompt, nor has a screen before compose
        prompt = None
    try:
        field = top.form.current
    except (AttributeError, NoMatches):
        field = ""
    return {
        "screen": type(top).__name__,
        "choosing": bool(getattr(top, "awaits_key", False)),
        "prompt": prompt,
        "typing": isinstance(focused, Input | TextArea),
        "field": field,
        "keys": list(top.active_bindings),
    }


def watch_what_moves_by_itself() -> None:
    """Report when the console takes up what others wrote, or what became of calls and a sync."""
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.app import ConsoleApp

    seen, note, say = AppSession.seen, AppSession.note_sending, ConsoleApp.say
    dialog = ConsoleApp.ask_dialog

    def watched_seen(self: AppSession, look: Look) -> None:
        before = (self.pulse, self.syncs, self.accounts)
        seen(self, look)
        if (self.pulse, self.syncs, self.accounts) != before:
            tell(moved="seen")

    def watched_note(self: AppSession, account_id: int, trouble: SyncTrouble) -> None:
        if self.sent.get(account_id, (None,))[0] is not trouble:
            tell(moved="sending")
        note(self, account_id, trouble)

    def watched_say(self: ConsoleApp, text: str, **how: bool) -> None:
        tell(moved="said")
        say(self, text, **how)

    async def watched_dialog(self: ConsoleApp, *dialog_and_answer: Any) -> None:
        tell(moved="dialog")
        await dialog(self, *dialog_and_answer)

    _replace(AppSession, "seen", watched_seen)
    _replace(AppSession, "note_sending", watched_note)
    _replace(ConsoleApp, "say", watched_say)
    _replace(ConsoleApp, "ask_dialog", watched_dialog)


def _replace(owner: type, name: str, method: Callable[..., Any]) -> None:
    setattr(owner, name, method)


def tell_where_work_waits_on_signal() -> None:
    """Report the stacks of the main thread and of each task on SIGUSR1."""

    def write(_number: int, frame: FrameType | None) -> None:
        here = traceback.extract_stack(frame)
        tell(waits=[f"{call.filename}:{call.lineno} {call.name}" for call in here])
        for task in asyncio.all_tasks():
            tell(waits=_places(task.get_coro()))

    signal.signal(signal.SIGUSR1, write)


def _places(work: Coroutine[Any, Any, Any] | Any) -> list[str]:
    """Return the stack of a waiting coroutine, the outermost frame first."""
    places: list[str] = []
    while work is not None:
        frame = getattr(work, "cr_frame", None)
        if frame is not None:
            code = frame.f_code
            places.append(f"{code.co_filename}:{frame.f_lineno} {code.co_name}")
        work = getattr(work, "cr_await", None)
    return places


def main() -> int:
    """Run the console, guarded and watched."""
    keep_inside(Path(os.environ[FOLDER]))
    watch_actions()
    watch_questions()
    watch_keys()
    watch_what_moves_by_itself()
    tell_where_work_waits_on_signal()
    from partnerdesk.cli.main import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
