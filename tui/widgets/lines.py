"""The two lines at the bottom of a screen: the status line and the key bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.actions import shown_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.events import Click

    from partnerdesk.tui.widgets.actions import Action


class StatusLine(Widget):
    """One line: the last message at the left, the state of the screen at the right."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $surface; color: $foreground; }
    StatusLine.-error { color: $text-error; text-style: bold; }
    StatusLine.-whole { height: auto; max-height: 6; padding: 0 1; }
    """

    message: reactive[str] = reactive("", layout=True)
    state: reactive[str] = reactive("")

    def say(self, message: str, *, error: bool = False, whole: bool = False) -> None:
        """Show a message until the next one; a `whole` message may take several lines."""
        self.set_class(error, "-error")
        self.set_class(whole, "-whole")
        self.message = message

    def render(self) -> Content:
        """Return the line; if space is short, the state is cut before the message."""
        if self.has_class("-whole"):
            return Content(self.message)
        room = self.size.width - 2
        mark = "! " if self.has_class("-error") and self.message else ""
        message = Content(mark + self.message).truncate(room, ellipsis=True)
        state = Content(self.state)
        left_over = room - message.cell_length
        if state.cell_length > left_over - 2:
            state = state.truncate(max(left_over - 2, 0), ellipsis=True)
        gap = " " * max(room - message.cell_length - state.cell_length, 0)
        return Content.assemble(" ", message, gap, state)


class KeyBar(Widget):
    """One line of the screen's actions with their keys; the help shows those that do not fit."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $panel; color: $foreground; }
    """

    class Pressed(Message):
        """An action was clicked."""

        def __init__(self, action: Action) -> None:
            super().__init__()
            self.action = action

    def __init__(self, actions: Sequence[Action], remapped: Mapping[str, str]) -> None:
        super().__init__()
        self._actions = [action for action in actions if action.bar]
        self._keys = {action.id: shown_keys(action, remapped) for action in actions}
        self._spans: list[tuple[int, int, Action]] = []
        self._left_out: dict[str, frozenset[str]] = {}

    def leave_out(self, *ids: str, because: str = "") -> None:
        """Hide the actions with these ids; those hidden before for this reason are shown again."""
        if self._left_out.get(because, frozenset()) != frozenset(ids):
            self._left_out[because] = frozenset(ids)
            self.refresh()

    def render(self) -> Content:
        """Return as many actions as fit; the last action (help) is always shown."""
        hidden = frozenset().union(*self._left_out.values())
        *first, last = [action for action in self._actions if action.id not in hidden]
        room = self.size.width - self._length(last) - 1
        self._spans, parts, place = [], [], 0
        for action in (*first, last):
            length = self._length(action)
            if action is not last and place + length > room:
                continue
            self._spans.append((place, place + length, action))
            parts.append(Content.assemble(" ", (self._keys[action.id], "bold $text-accent"),
                                          " ", _(action.label), " "))  # fmt: skip
            place += length
        return Content("").join(parts)

    def on_click(self, event: Click) -> None:
        """Post `Pressed` for the action under the mouse."""
        for start, end, action in self._spans:
            if start <= event.x < end:
                self.post_message(self.Pressed(action))

    def _length(self, action: Action) -> int:
        return cell_len(self._keys[action.id]) + cell_len(_(action.label)) + 3
