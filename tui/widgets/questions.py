"""Questions that a screen asks in its status line: a key answers some, a line of text others."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from rich.cells import cell_len
from textual.getters import query_one
from textual.screen import Screen

from partnerdesk.models.languages import _
from partnerdesk.tui.widgets.lines import StatusLine
from partnerdesk.tui.widgets.prompt import NO_AID, Aid, Prompt
from partnerdesk.tui.widgets.reads import Reads

if TYPE_CHECKING:
    from textual.events import Key

    from partnerdesk.models.core.errors import AppError

Act = Callable[[], Awaitable[None] | None]
"""Something to do, at once or awaited."""
DialogAnswer = TypeVar("DialogAnswer")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question that takes a single key."""

    key: str
    label: str
    act: Act
    default: bool = field(default=False, kw_only=True)
    """Whether Enter takes it too; never for what cannot be taken back."""

    @property
    def keys(self) -> str:
        """Return the keys that take it, as the question names them."""
        return f"Enter/{self.key}" if self.default else self.key

    def is_taken_by(self, event: Key) -> bool:
        """Say whether a key is this answer."""
        by_default = self.default and event.key == "enter"
        return by_default or self.key in (event.character, event.key)


@runtime_checkable
class SaysNoSuchKey(Protocol):
    """A screen or dialog that says so where a key does nothing."""

    def no_such_key(self, *, typing: bool) -> None:
        """Say it; `typing` where letters are being typed."""
        ...


class Dialog(Screen[DialogAnswer]):
    """What all dialogs do: a key without a meaning is told of in the frame."""

    def no_such_key(self, *, typing: bool) -> None:  # noqa: ARG002
        """Say that a key does nothing here."""
        self.query_one(".dialog").border_subtitle = _("No such key here.")


class QuestionScreen(Screen[None], Reads):
    """A screen with a status line and a prompt, in which it asks one question at a time."""

    status = query_one(StatusLine)
    prompt = query_one(Prompt)

    def __init__(self) -> None:
        super().__init__()
        self._question = ""
        self._asked_in = ""
        """The words in which the question stands in the status line."""
        self._choices: tuple[Choice, ...] = ()
        self._escaped: Act | None = None
        """What Esc does besides letting the question be."""
        self._otherwise = ""
        self._is_wrong_key = False
        """Whether the key before was no answer to the question that stands."""
        self._answer: Callable[[str | None], Awaitable[None] | None] | None = None
        self._typed: Callable[[str], None] | None = None
        self._answered: tuple[str, str] | None = None
        """What was asked for and answered, while it is being done."""

    async def attempt(self, act: Act) -> bool:
        """Do something that may fail; return whether it did not."""
        raise NotImplementedError

    def fail(self, error: AppError) -> None:
        """Say what went wrong and what to do."""
        self.status.say(str(error), error=True, whole=True)

    # Questions that one key answers: they cost one line to draw

    def choose(
        self,
        question: str,
        choices: list[Choice],
        otherwise: str = "",
        *,
        escaped: Act | None = None,
    ) -> None:
        """Ask a question; a key answers it, and Esc lets it be.

        Args:
            question: in words.
            choices: the answers; Enter takes the one that is the default, where there is one.
            otherwise: what Esc means, in words; empty where that is plain.
            escaped: what Esc does besides; None for nothing.
        """
        self._question, self._choices, self._escaped = question, tuple(choices), escaped
        self._otherwise = f"Esc {otherwise}".rstrip()
        self._is_wrong_key = False
        self._show_question()

    def pack_choices(self) -> None:
        """Break the choices, where there are some, where the window ends."""
        if self.awaits_key:
            self._show_question()

    def _show_question(self) -> None:
        parts = [f"{choice.keys} {choice.label}" for choice in self._choices]
        wrong = [_("That is no answer.")] if self._is_wrong_key else []
        told = [*wrong, self._question, *parts, self._otherwise]
        self._asked_in = packed(told, self.size.width - 2)
        self.status.say(self._asked_in, whole=True)

    @property
    def awaits_key(self) -> bool:
        """Whether the next key answers a question: as long as nothing else is said in its place."""
        return bool(self._choices) and self.status.message == self._asked_in

    async def take_key(self, event: Key) -> None:
        """Take the answer to a question; Esc lets it be, and any other key leaves it standing."""
        answer = next((choice for choice in self._choices if choice.is_taken_by(event)), None)
        if answer is None and event.key != "escape":
            self._is_wrong_key = True
            self._show_question()
            return
        self._choices = ()
        self.status.say("")
        act = self._escaped if answer is None else answer.act
        if act is not None:
            await self.attempt(act)

    # Questions that a line of text answers

    @property
    def about(self) -> str:
        """The record that the lines typed here are about; empty where there is no single one."""
        return ""

    def typed_before(self, label: str) -> str:
        """Return what was typed when such a screen failed that asked for the same; once."""
        raise NotImplementedError

    @property
    def half_typed(self) -> tuple[str, str] | None:
        """What is asked for and what is typed of the answer; None where nothing is asked."""
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
        """Ask for a line; `answer` gets it on Enter and None on Esc, `typed` as it grows.

        Where `text` is `proposed`, typing replaces it; else it is gone on with.
        """
        self._answer, self._typed = answer, typed
        self.status.display = False
        if lost := self.typed_before(label):
            text, proposed = lost, False
        self.prompt.ask(label, text, aid, proposed=proposed)
        if lost:
            self.prompt.remark(_("What you had typed is back."))

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Hand on what is being typed; what was wrong with the answer before is over."""
        if event.question != self.prompt.question or not self.prompt.is_open:
            return  # it comes late: another question is asked by now, or none
        self.status.display = False
        if self._typed is not None:
            self._typed(event.text)

    async def action_answer_prompt(self) -> None:
        """Take what is typed as the answer."""
        await self.answer_prompt(self.prompt.text)

    async def action_leave_prompt(self) -> None:
        """Leave the question without an answer."""
        await self.answer_prompt(None)

    async def answer_prompt(self, text: str | None) -> None:
        """Put the prompt away and hand on the answer; None where there is none."""
        answer, typed, self._answer, self._typed = self._answer, self._typed, None, None
        self._answered = None if text is None else (self.prompt.label, text)
        self.prompt.close()
        if self.status.has_class("-error"):
            self.status.say("")  # it was about what was typed before
        self.status.display = True
        self.focus_body()  # before the answer, which may ask for the next line or lead elsewhere
        is_done = answer is None or await self.attempt(partial(answer, text))
        self._answered = None  # not where an error came in between that nobody expected
        if answer is None or is_done:
            return
        if text and self.is_current:  # it is not lost: it can be mended, or left with Esc
            self.ask(self.prompt.label, text, answer, typed, self.prompt.aid, proposed=False)
            self.status.display = True  # the whole error, above the line

    def nothing_typed(self, text: str | None) -> None:
        """Say that nothing was done where nothing was typed; Esc needs no word."""
        if text is not None:
            self.status.say(_("Nothing was typed, so nothing is done."))

    def focus_body(self) -> None:
        """Give the keys back to the body."""
        self.focus_next("AppScreen > *")


async def done(act: Act) -> None:
    """Do something, and wait for it where it has to be waited for."""
    result = act()
    if inspect.isawaitable(result):
        await result


def packed(parts: list[str], width: int) -> str:
    """Return `parts` in lines of at most `width` cells; no part is ever divided."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}  {part}" if lines[-1] else part
        if cell_len(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(part)
    return "\n".join(lines)
