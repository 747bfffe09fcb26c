"""A line to type into, in the place of the status line: filter, path, tags, a command."""

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
"""Characters that a prompt takes; a paste beyond that is no answer."""
REMARK = 60
"""Per cent of the line's width that a remark may take."""
ROOM_STEP = 16
"""Cells by which the room for a remark grows and shrinks."""
PATIENCE = 2.0
"""Seconds that keys typed behind Tab wait for what it completes."""


@dataclass(frozen=True, slots=True)
class Aid:
    """What helps to type an answer."""

    complete: Completer | None = None
    """What Tab makes of the word under the cursor."""
    used: Sequence[str] = ()
    """What was answered before, the last first: `↑` and `↓` walk through it."""
    tokens: bool = False
    """Whether the line holds several things, each with a separator behind it (`values.tokens`)."""


NO_AID = Aid()


class _Entry(SafeInput):
    """The input of a prompt: what is pasted into it is taken whole or not at all."""

    tokens = False
    """Whether it holds several things: then one is taken away whole, and a list pasted parted."""

    class TooLong(Message, namespace="prompt"):
        """There is no room for what was pasted."""

    def take(self, pasted: str) -> None:
        """Put the pasted lines, as one, in the place of what is selected."""
        if self.tokens:  # a cell of a spreadsheet's row is a thing of its own, too
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
        """Keep the cursor in sight where a remark takes room away."""
        before = cell_len(self.value[: self.cursor_position])
        self.scroll_to_region(Region(before, 0, 2, 1), force=True, animate=False)

    def action_delete_left(self) -> None:
        """Take away what is selected, the token that ends before the cursor, or else a letter."""
        if not self._took_token():
            super().action_delete_left()

    def action_delete_left_word(self) -> None:
        """Take away what is selected, the token that ends before the cursor, or else a word."""
        if not self._took_token():
            super().action_delete_left_word()

    def _took_token(self) -> bool:
        if not self.tokens or not self.selection.is_empty:
            return False
        line = without_token(Line(self.text, self.cursor_position))
        if line is not None:
            self.replace("", line.cursor, len(self.value) - len(line.text) + line.cursor)
        return line is not None


class Prompt(Horizontal):
    """The line with its label at the left, and a remark on what is typed at the right."""

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
    """What is asked for."""
    aid = NO_AID
    """What helps to answer it."""
    question = 0
    """How many times something was asked."""

    class Typed(Message):
        """The text changed."""

        def __init__(self, text: str, question: int) -> None:
            super().__init__()
            self.text = text
            self.question = question
            """Which question it is an answer to: word of it may come when the next one is asked."""

    def __init__(self) -> None:
        super().__init__()
        self._told = ""
        self._note = ("", False)
        """What is said of what is typed, and whether that is an error."""
        self._completions: Completions | None = None
        """What Tab has come to; None where it was not pressed since something was typed."""
        self._completed = Line("", 0)
        self._walk: list[str] = []
        """What is being typed, and what was used before."""
        self._walked = 0

    def compose(self) -> ComposeResult:
        """Build the label and the input."""
        yield Static("", id="label", markup=False)
        yield _Entry(longest=LONGEST_ANSWER)
        yield Static("", id="remark", markup=False)

    @property
    def is_open(self) -> bool:
        """Whether something is being asked."""
        return bool(self.display)

    @property
    def text(self) -> str:
        """What is typed."""
        return self._entry.text

    @property
    def _entry(self) -> _Entry:
        return self.query_one(_Entry)

    @property
    def _line(self) -> Line:
        return Line(self.text, self._entry.cursor_position)

    def ask(self, label: str, text: str = "", aid: Aid = NO_AID, *, proposed: bool = True) -> None:
        """Open the line with `label`, a text to begin with, and what helps to answer.

        A text that is `proposed` is selected: typing replaces it, an arrow begins to edit it, and
        Enter takes it as it is. Any other one, as tokens always are, is gone on with at its end.
        """
        self.label, self.aid = label, aid
        self.question += 1
        self._told = text
        self._walk, self._walked = [], 0
        self.query_one("#label", Static).update(label)
        self._completions = None
        self.remark("")
        with self.prevent(Input.Changed):
            self._put(Line(text, len(text)))
        self._entry.tokens = aid.tokens
        self._entry.max_length = max(LONGEST_ANSWER, len(text))  # else it could not be shortened
        if proposed and not aid.tokens:
            self._entry.select_all()
        self.display = True
        self.screen.set_focus(self._entry)

    def remark(self, text: str, *, error: bool = False) -> None:
        """Say something beside what is typed: how much it finds, or what is wrong with it.

        While there are completions to choose from, these stand there instead.
        """
        self._note = (text, error)
        self._show_remark()

    def close(self) -> None:
        """Put the line away."""
        self.display = False

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell that the text changed."""
        event.stop()
        if self.is_open and self.text != self._told:
            self._told = self.text
            if self._completions is not None and self.text != self._completed.text:
                self._completions = None
                self._show_remark()
            self.post_message(self.Typed(self.text, self.question))

    def on_prompt_too_long(self) -> None:
        """Say that nothing was taken of what was pasted."""
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
        # A new layout costs much on the wire, since Textual then writes all scrollbars again: the
        # remark keeps its room while its text fits, and does not leave much of it empty.
        note.styles.width = -(-(cell_len(text) + 2) // ROOM_STEP) * ROOM_STEP
        note.update(text, layout=False)

    # What was used before

    def action_recall(self, by: int) -> None:
        """Put what was used before that into the line; at the bottom is what was being typed."""
        text = self.text
        if not self._walk or text != self._walk[self._walked]:  # typed since
            self._walk, self._walked = [text, *(used for used in self.aid.used if used != text)], 0
        self._walked = min(max(self._walked + by, 0), len(self._walk) - 1)
        recalled = self._walk[self._walked]
        if recalled != text:
            self._put(Line(recalled, len(recalled)))

    # Completion

    async def action_complete(self, by: int) -> None:
        """Complete the word under the cursor; once more, to the next of what it could become.

        Keys typed ahead wait for it, unless the book takes too long to answer.
        """
        if self.aid.complete is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._complete(self.aid.complete, by), PATIENCE)

    async def _complete(self, complete: Completer, by: int) -> None:
        line, come_to = self._line, self._completions
        if come_to is not None and come_to.several and line == self._completed:
            self._take(*come_to.next(by))
            return
        try:
            found = await complete(line)
            completed, state = found.first(by)
            if not found.several and completed != line and not self.aid.tokens:
                following = await complete(completed)  # behind a field come its values
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
        """Return what can be chosen; from the one that stands in the line on, if not all fit."""
        if completions.told:
            return ""
        candidates = [shown(candidate).strip() for candidate in completions.candidates]
        text = " ".join(candidates)
        if cell_len(text) > self.size.width * REMARK // 100 - 2:
            place = max(completions.place, 0)
            text = " ".join(candidates[place:] + candidates[:place])
        return text
