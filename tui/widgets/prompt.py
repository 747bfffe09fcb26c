"""A line to type into, shown instead of the status line: filter, path, tags, a command."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Input, Static

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, number
from partnerdesk.models.lists.completion import Completions, Line
from partnerdesk.models.lists.tokens import pasted_tokens, without_token
from partnerdesk.tui.widgets.safe_input import SafeInput, joined, pasted_lines, veiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from partnerdesk.models.lists.completion import Completer

LONGEST_ANSWER = 2_000
"""The longest answer in characters; a longer paste is refused."""
REMARK = 60
"""The largest width of a remark, in per cent of the line."""
ROOM_STEP = 16
"""The width of a remark changes in steps of this number of cells."""
PATIENCE = 2.0
"""Seconds that keys typed after Tab wait for the completion."""


@dataclass(frozen=True, slots=True)
class Aid:
    """Help for typing an answer: completion and earlier answers."""

    complete: Completer | None = None
    """Completes the word under the cursor on Tab."""
    used: Sequence[str] = ()
    """Earlier answers, the latest first; `↑` and `↓` go through them."""
    tokens: bool = False
    """Whether the line is a list of tokens, each followed by a separator (`values.tokens`)."""


NO_AID = Aid()


class _Entry(SafeInput):
    """The input of a prompt; a paste is taken whole or refused."""

    tokens = False
    """Whether the line is a list: a token is deleted whole, and pasted lines become tokens."""

    class TooLong(Message, namespace="prompt"):
        """The pasted text is too long."""

    def take(self, pasted: str) -> None:
        """Replace the selection by the pasted lines, joined to one line."""
        if self.tokens:  # each cell of a pasted spreadsheet row is a token, too
            start, _end = sorted(self.selection)
            lines = [*pasted_lines(pasted.replace("\t", "\n"))]
            line = pasted_tokens(self.text[:start], lines)
        else:
            line = joined(pasted)
        if len(line) > self.room:
            self.post_message(self.TooLong())
        else:
            self.put(line)

    def on_resize(self) -> None:
        """Keep the cursor visible when a remark makes the input narrower."""
        before = cell_len(self.value[: self.cursor_position])
        self.scroll_to_region(Region(before, 0, 2, 1), force=True, animate=False)

    def action_delete_left(self) -> None:
        """Delete the selection, the token that ends before the cursor, or else a letter."""
        if not self._delete_token():
            super().action_delete_left()

    def action_delete_left_word(self) -> None:
        """Delete the selection, the token that ends before the cursor, or else a word."""
        if not self._delete_token():
            super().action_delete_left_word()

    def _delete_token(self) -> bool:
        if not self.tokens or not self.selection.is_empty:
            return False
        line = without_token(Line(self.text, self.cursor_position))
        if line is not None:
            self.replace("", line.cursor, len(self.value) - len(line.text) + line.cursor)
        return line is not None


class Prompt(Horizontal):
    """The line: a label at the left, the input, and a remark on the typed text at the right."""

    DEFAULT_CSS = f"""
    Prompt {{ height: 1; display: none; background: $surface; }}
    Prompt Static {{ width: auto; max-width: {REMARK}%; padding: 0 1; }}
    Prompt #label {{ color: $text-accent; text-style: bold; }}
    Prompt #remark {{ text-align: right; text-wrap: nowrap; text-overflow: ellipsis; }}
    Prompt #remark.-error {{ color: $text-error; text-style: bold; }}
    Prompt Input {{ width: 1fr; height: 1; border: none; padding: 0; background: $surface; }}
    Prompt Input:focus {{ border: none; background-tint: $surface 0%; }}
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.answer_prompt", show=False, priority=True),
        Binding("escape", "screen.leave_prompt", show=False, priority=True),
        Binding("tab", "complete(1)", show=False, priority=True),
        Binding("shift+tab", "complete(-1)", show=False, priority=True),
        Binding("up", "recall(1)", show=False),
        Binding("down", "recall(-1)", show=False),
    ]

    label = ""
    """The label of the question."""
    aid = NO_AID
    """The help for the question."""
    question = 0
    """The number of the question, counted from 1."""

    class Typed(Message):
        """The text changed."""

        def __init__(self, text: str, question: int) -> None:
            super().__init__()
            self.text = text
            self.question = question
            """The question's number: the message may arrive after the next question was asked."""

    def __init__(self) -> None:
        super().__init__()
        self._reported = ""
        self._note = ("", False)
        """The remark on the typed text, and whether it is an error."""
        self._completions: Completions | None = None
        """The completions that Tab goes through; None after typing."""
        self._completed = Line("", 0)
        self._walk: list[str] = []
        """The typed text, and the earlier answers that the arrows go through."""
        self._walked = 0

    def compose(self) -> ComposeResult:
        """Build the label and the input."""
        yield Static("", id="label", markup=False)
        yield _Entry(longest=LONGEST_ANSWER)
        yield Static("", id="remark", markup=False)

    @property
    def is_open(self) -> bool:
        """Whether a question is open."""
        return bool(self.display)

    @property
    def text(self) -> str:
        """The typed text."""
        return self._entry.text

    @property
    def _entry(self) -> _Entry:
        return self.query_one(_Entry)

    @property
    def _line(self) -> Line:
        return Line(self.text, self._entry.cursor_position)

    def ask(self, label: str, text: str = "", aid: Aid = NO_AID, *, proposed: bool = True) -> None:
        """Open the line with a label, an initial text, and help for the answer.

        A `proposed` text is selected: typing replaces it, an arrow starts editing it, and Enter
        takes it. Otherwise, and always for tokens, the cursor is at the end of the text.
        """
        self.label, self.aid = label, aid
        self.question += 1
        self._reported = text
        self._walk, self._walked = [], 0
        self.query_one("#label", Static).update(label)
        self._completions = None
        self.remark("")
        with self.prevent(Input.Changed):
            self._put(Line(text, len(text)))
        self._entry.tokens = aid.tokens
        # The limit allows the initial text, else a longer text could not even be shortened.
        self._entry.max_length = max(LONGEST_ANSWER, len(text))
        if proposed and not aid.tokens:
            self._entry.select_all()
        self.display = True
        self.screen.set_focus(self._entry)

    def remark(self, text: str, *, error: bool = False) -> None:
        """Show a remark beside the typed text, such as the number of matches, or an error.

        Completions to choose from are shown instead of the remark.
        """
        self._note = (text, error)
        self._show_remark()

    def close(self) -> None:
        """Hide the line."""
        self.display = False

    def on_input_changed(self, event: Input.Changed) -> None:
        """Post `Typed` if a person changed the text."""
        event.stop()
        if self.is_open and self.text != self._reported:
            self._reported = self.text
            if self._completions is not None and self.text != self._completed.text:
                self._completions = None
                self._show_remark()
            self.post_message(self.Typed(self.text, self.question))

    def on_prompt_too_long(self) -> None:
        """Show that the paste was refused."""
        self.remark(
            _("That is too long: at most {count} characters.").format(count=number(LONGEST_ANSWER)),
            error=True,
        )

    def _put(self, line: Line) -> None:
        self._entry.value = veiled(line.text)
        self._entry.cursor_position = line.cursor

    def _show_remark(self) -> None:
        text, error = self._note
        if self._completions is not None and self._completions.several:
            text, error = self._choice_text(self._completions) or text, False
        note = self.query_one("#remark", Static)
        note.set_class(error, "-error")
        # A new layout sends much, because Textual then writes all scrollbars again. So the width
        # of the remark changes in steps only.
        note.styles.width = -(-(cell_len(text) + 2) // ROOM_STEP) * ROOM_STEP
        note.update(text, layout=False)

    # Earlier answers

    def action_recall(self, by: int) -> None:
        """Put an earlier (`by` 1) or later answer into the line; the last is the typed text."""
        text = self.text
        if not self._walk or text != self._walk[self._walked]:  # the text was edited
            self._walk, self._walked = [text, *(used for used in self.aid.used if used != text)], 0
        self._walked = min(max(self._walked + by, 0), len(self._walk) - 1)
        recalled = self._walk[self._walked]
        if recalled != text:
            self._put(Line(recalled, len(recalled)))

    # Completion

    async def action_complete(self, by: int) -> None:
        """Complete the word under the cursor; pressed again, go to the next completion.

        Keys typed ahead wait for the completion, at most `PATIENCE` seconds.
        """
        if self.aid.complete is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._complete(self.aid.complete, by), PATIENCE)

    async def _complete(self, complete: Completer, by: int) -> None:
        line, current = self._line, self._completions
        if current is not None and current.several and line == self._completed:
            self._take(*current.next(by))
            return
        try:
            completions = await complete(line)
            completed, state = completions.first(by)
            if not completions.several and completed != line and not self.aid.tokens:
                following = await complete(completed)  # after a field, offer its values
                if following.several and following.start == completed.cursor:
                    state = following
        except AppError as error:
            self.remark(str(error), error=True)
            return
        if self._line == line:
            self._take(completed, state)

    def _take(self, completed: Line, state: Completions) -> None:
        self._completions, self._completed = state, completed
        self._put(completed)
        self._show_remark()

    def _choice_text(self, completions: Completions) -> str:
        """Return the candidates as text; if not all fit, begin with the current one."""
        if completions.told:
            return ""
        candidates = [shown(candidate).strip() for candidate in completions.candidates]
        text = " ".join(candidates)
        if cell_len(text) > self.size.width * REMARK // 100 - 2:
            place = max(completions.place, 0)
            text = " ".join(candidates[place:] + candidates[:place])
        return text
