"""Questions in a screen's status line, answered by a single key or by a line of text."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from rich.cells import cell_len, set_cell_size
from textual.getters import query_one
from textual.screen import ModalScreen, Screen

from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.lines import StatusLine
from partnerdesk.tui.widgets.prompt import NO_AID, Aid, Prompt
from partnerdesk.tui.widgets.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Key

    from partnerdesk.models.core.errors import AppError

Act = Callable[[], Awaitable[None] | None]
"""A function to run; its result is awaited if it is awaitable."""
DialogAnswer = TypeVar("DialogAnswer")
LEAST = 5
"""The cells that are left of the label of an answer in any case."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question that a single key answers."""

    key: str
    label: str
    act: Act
    default: bool = field(default=False, kw_only=True)
    """Whether Enter takes this answer, too; never set for what cannot be undone."""

    @property
    def keys(self) -> str:
        """The keys of this answer, as the question shows them."""
        return f"Enter/{self.key}" if self.default else self.key

    def is_taken_by(self, event: Key) -> bool:
        """Return whether a key gives this answer."""
        by_default = self.default and event.key == "enter"
        return by_default or self.key in (event.character, event.key)


@dataclass(frozen=True, slots=True)
class Instead:
    """What a refused plan offers to do in its place."""

    text: str
    """What it is, inside a sentence, translated."""
    act: Callable[[], Awaitable[None]]


@runtime_checkable
class SaysNoSuchKey(Protocol):
    """A screen or dialog that shows a message for a key without a meaning."""

    def no_such_key(self, *, typing: bool) -> None:
        """Show that a key does nothing here; `typing` if an input has the focus."""
        ...


class Dialog(ModalScreen[DialogAnswer]):
    """The base of all dialogs; a message for a key without a meaning is shown in the frame."""

    def no_such_key(self, *, typing: bool) -> None:  # noqa: ARG002
        """Show in the frame that a key does nothing here."""
        self.query_one(".dialog").border_subtitle = _("No such key here.")


class QuestionScreen(Screen[None], Reads):
    """A screen that asks one question at a time, in its status line or its prompt."""

    status = query_one(StatusLine)
    prompt = query_one(Prompt)

    def __init__(self) -> None:
        super().__init__()
        self._question = ""
        self._asked_in = ""
        """The question as the status line shows it."""
        self._choices: tuple[Choice, ...] = ()
        self._escaped: Act | None = None
        """The function that Esc runs, besides cancelling the question."""
        self._otherwise = ""
        self._stands = True
        self._is_brief = False
        self._is_wrong_key = False
        """Whether the previous key was no answer to the open question."""
        self._answer: Callable[[str | None], Awaitable[None] | None] | None = None
        self._typed: Callable[[str], None] | None = None
        self._answered: tuple[str, str] | None = None
        """The label and the answer, while the answer is being handled."""

    async def attempt(self, act: Act) -> bool:
        """Run `act` and show its error; return whether it succeeded."""
        raise NotImplementedError

    def fail(self, error: AppError) -> None:
        """Show an error with its remedy in the status line."""
        self.status.say(str(error), error=True, whole=True)

    # Questions that one key answers; drawing them takes one line

    def choose(
        self,
        question: str,
        choices: list[Choice],
        otherwise: str = "",
        *,
        escaped: Act | None = None,
        stands: bool = True,
        brief: bool = False,
    ) -> None:
        """Ask a question; the key of a choice answers it, and Esc cancels it.

        Args:
            question: the text of the question.
            choices: the answers; Enter takes the default one, or where there is none, does as Esc.
            otherwise: text for the effect of cancelling; empty if that is obvious.
            escaped: a function that Esc runs, besides cancelling; None for nothing.
            stands: whether any other key leaves it open; else it cancels, as for an offer whose
                key means something else on the screen.
            brief: whether it keeps to one line: the keys that cancel are left out where they would
                take another, and the longest labels are cut.
        """
        self._question, self._choices, self._escaped = question, tuple(choices), escaped
        has_default = any(choice.default for choice in choices)
        self._otherwise = f"{'Esc' if has_default else 'Enter/Esc'} {otherwise}".rstrip()
        self._is_wrong_key, self._stands, self._is_brief = False, stands, brief
        self._show_question()

    def pack_choices(self) -> None:
        """Wrap an open question to the current width."""
        if self.awaits_key:
            self._show_question()

    def _show_question(self) -> None:
        wrong = [_("That is no answer.")] if self._is_wrong_key else []
        room, labels = self.size.width - 2, [choice.label for choice in self._choices]
        texts = [*wrong, self._question, *self._answers(labels)]
        self._asked_in = packed([*texts, self._otherwise], room)
        if self._is_brief and "\n" in self._asked_in:
            while "\n" in (said := packed(texts, room)) and max(map(cell_len, labels)) > LEAST:
                labels = _with_longest_cut(labels)
                texts = [*wrong, self._question, *self._answers(labels)]
            self._asked_in = said
        self.status.say(self._asked_in, whole=True)

    def _answers(self, labels: Sequence[str]) -> list[str]:
        return [
            f"{choice.keys} {label}" for choice, label in zip(self._choices, labels, strict=True)
        ]

    @property
    def awaits_key(self) -> bool:
        """Whether the next key answers a question; another message in its place cancels it."""
        return bool(self._choices) and self.status.message == self._asked_in

    async def take_key(self, event: Key) -> None:
        """Handle the key that answers a question; Esc cancels it, any other key leaves it open."""
        answer = next((choice for choice in self._choices if choice.is_taken_by(event)), None)
        is_wrong = answer is None and event.key not in ("escape", "enter")
        if is_wrong and self._stands:
            self._is_wrong_key = True
            self._show_question()
            return
        self._choices = ()
        self.status.say("")
        if is_wrong:
            self.status.say(_("That is no answer: the question is put away."))
            return
        act = self._escaped if answer is None else answer.act
        if act is not None:
            await self.attempt(act)

    # Questions that a line of text answers

    @property
    def about(self) -> str:
        """The record that the answers belong to; empty if the screen has no single record."""
        return ""

    def typed_before(self, label: str) -> str:
        """Remove and return the answer typed to the same question when such a screen failed."""
        raise NotImplementedError

    @property
    def half_typed(self) -> tuple[str, str] | None:
        """The label and the typed answer of the open question; None if no question is open."""
        return (self.prompt.label, self.prompt.text) if self.prompt.is_open else self._answered

    def ask(
        self,
        label: str,
        text: str,
        answer: Callable[[str | None], Awaitable[None] | None],
        typed: Callable[[str], None] | None = None,
        aid: Aid = NO_AID,
        *,
        proposed: bool = True,
    ) -> None:
        """Ask for a line of text.

        Args:
            label: the label of the question.
            text: the initial text.
            answer: called with the text on Enter, with None on Esc.
            typed: called with each change of the text.
            aid: completion and earlier answers.
            proposed: typing replaces the initial text; else it continues at its end.
        """
        self._answer, self._typed = answer, typed
        self.status.display = False
        if lost := self.typed_before(label):
            text, proposed = lost, False
        self.prompt.ask(label, text, aid, proposed=proposed)
        if lost:
            self.prompt.remark(_("What you had typed is back."))

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Pass on the typed text, and hide the error of the previous answer."""
        if event.question != self.prompt.question or not self.prompt.is_open:
            return  # a late message of an earlier question
        self.status.display = False
        if self._typed is not None:
            self._typed(event.text)

    async def action_answer_prompt(self) -> None:
        """Take the typed text as the answer."""
        await self.answer_prompt(self.prompt.text)

    async def action_leave_prompt(self) -> None:
        """Cancel the question."""
        await self.answer_prompt(None)

    async def answer_prompt(self, text: str | None) -> None:
        """Close the prompt and pass on the answer, None for no answer; ask again if it fails."""
        answer, typed, self._answer, self._typed = self._answer, self._typed, None, None
        self._answered = None if text is None else (self.prompt.label, text)
        self.prompt.close()
        if self.status.has_class("-error"):
            self.status.say("")  # the error of the previous answer
        self.status.display = True
        self.focus_body()  # before the answer, which may ask again or open a screen
        is_done = answer is None or await self.attempt(partial(answer, text))
        self._answered = None  # an unexpected error skips this line, so the answer is kept
        if answer is None or is_done:
            return
        if text and self.is_current:  # ask again with the text, to be corrected or cancelled
            self.ask(self.prompt.label, text, answer, typed, self.prompt.aid, proposed=False)
            self.status.display = True  # the whole error, above the line

    def nothing_typed(self, text: str | None) -> None:
        """Show that an empty answer does nothing; Esc (`text` None) needs no message."""
        if text is not None:
            self.status.say(_("Nothing was typed, so nothing is done."))

    def focus_body(self) -> None:
        """Focus the body."""
        self.focus_next("AppScreen > *")


async def done(act: Act) -> None:
    """Run `act`, and await its result if it is awaitable."""
    result = act()
    if inspect.isawaitable(result):
        await result


def packed(parts: list[str], width: int) -> str:
    """Return `parts` in lines of at most `width` cells; a part is never divided."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}  {part}" if lines[-1] else part
        if cell_len(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(part)
    return "\n".join(lines)


def _with_longest_cut(labels: Sequence[str]) -> list[str]:
    """Return the labels, the longest one by one cell shorter."""
    longest = max(labels, key=cell_len)
    whole = longest.removesuffix("…")
    cut = set_cell_size(whole, cell_len(longest) - 2).rstrip() + "…"
    return [cut if label is longest else label for label in labels]
