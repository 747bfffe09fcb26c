"""The two lines at the bottom: what is going on, and which keys there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from models.languages import _
from tui.widgets.actions import shown_keys
from tui.widgets.safe_input import SafeInput, veiled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult
    from textual.events import Click

    from tui.widgets.actions import Action


LONGEST_ANSWER = 2_000
"""Characters that a prompt takes; a paste beyond that is no answer."""


class StatusLine(Widget):
    """One line: the last message at the left, the state of the screen at the right."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $surface; color: $foreground; }
    StatusLine.-error { color: $text-error; text-style: bold; }
    StatusLine.-whole { height: auto; max-height: 3; padding: 0 1; }
    """

    message: reactive[str] = reactive("", layout=True)
    state: reactive[str] = reactive("")

    def say(self, message: str, *, error: bool = False, whole: bool = False) -> None:
        """Show a message until the next one; `whole` lets it take several lines."""
        self.set_class(error, "-error")
        self.set_class(whole, "-whole")
        self.message = message

    def render(self) -> Content:
        """Return the line; the message gives way last."""
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
    """One line of keys, made from the screen's actions; what does not fit is left to the help."""

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

    def render(self) -> Content:
        """Return as many keys as fit; the last action (help) always does."""
        *first, last = self._actions
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
        """Do the action under the mouse."""
        for start, end, action in self._spans:
            if start <= event.x < end:
                self.post_message(self.Pressed(action))

    def _length(self, action: Action) -> int:
        return cell_len(self._keys[action.id]) + cell_len(_(action.label)) + 3


class Prompt(Horizontal):
    """A line to type into, in the place of the status line: filter, path, tags."""

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; background: $surface; }
    Prompt Static { width: auto; max-width: 60%; padding: 0 1; }
    Prompt #label { color: $text-accent; text-style: bold; }
    Prompt #remark { text-wrap: nowrap; text-overflow: ellipsis; }
    Prompt #remark.-error { color: $text-error; text-style: bold; }
    Prompt Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
    Prompt Input:focus { border: none; background-tint: $surface 0%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.answer_prompt", show=False, priority=True),
        Binding("escape", "screen.leave_prompt", show=False, priority=True),
        Binding("tab", "complete(1)", show=False, priority=True),
        Binding("shift+tab", "complete(-1)", show=False, priority=True),
    ]

    label = ""
    """What is asked for."""
    words: Sequence[str] = ()
    """What Tab completes the text to."""
    question = 0
    """How many times something was asked."""
    _begun = ""
    _completed = ""
    _told = ""

    class Typed(Message):
        """The text changed."""

        def __init__(self, text: str, question: int) -> None:
            super().__init__()
            self.text = text
            self.question = question
            """Which question it is an answer to: word of it may come when the next one is asked."""

    def compose(self) -> ComposeResult:
        """Build the label and the input."""
        yield Static("", id="label", markup=False)
        yield SafeInput(longest=LONGEST_ANSWER)
        yield Static("", id="remark", markup=False)

    @property
    def is_open(self) -> bool:
        """Whether something is being asked."""
        return bool(self.display)

    def ask(self, label: str, text: str = "", words: Sequence[str] = ()) -> None:
        """Open the line with `label` and a text to begin with; Tab completes it to the `words`."""
        self.label, self.words = label, words
        self.question += 1
        self._begun = self._completed = ""
        self._told = text
        self.query_one("#label", Static).update(label)
        self.remark("")
        entry = self.query_one(SafeInput)
        with self.prevent(Input.Changed):
            entry.value = veiled(text)
        entry.cursor_position = len(entry.value)
        self.display = True
        self.screen.set_focus(entry)

    def remark(self, text: str, *, error: bool = False) -> None:
        """Say something beside what is typed: how much it finds, or what is wrong with it."""
        note = self.query_one("#remark", Static)
        note.set_class(error, "-error")
        note.update(text)

    def close(self) -> None:
        """Put the line away."""
        self.display = False

    def action_complete(self, by: int) -> None:
        """Complete the text to a word that begins so; once more, to the next of them."""
        text = self.text
        if text != self._completed:
            self._begun = text
        fitting = [word for word in self.words if word.startswith(self._begun.lower())]
        if not fitting:
            return
        before = fitting.index(text) if text in fitting else -1 if by > 0 else 0
        self._completed = fitting[(before + by) % len(fitting)]
        entry = self.query_one(SafeInput)
        entry.value = veiled(self._completed)
        entry.cursor_position = len(entry.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell that the text changed."""
        event.stop()
        if self.is_open and self.text != self._told:
            self._told = self.text
            self.post_message(self.Typed(self.text, self.question))

    @property
    def text(self) -> str:
        """What is typed."""
        return self.query_one(SafeInput).text
