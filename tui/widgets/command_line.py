"""The command line: an action by its word, typed behind `:`, and what the action is given."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.models.lists.completion import word_completer
from partnerdesk.tui.widgets.actions import COMMAND
from partnerdesk.tui.widgets.prompt import Aid
from partnerdesk.tui.widgets.questions import QuestionScreen, packed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnerdesk.tui.widgets.actions import Action

QUIT = "quit"
LEAVING = (QUIT, "q")
"""Words that leave the console; they are no action of a screen."""


class Commanded(QuestionScreen):
    """A screen on which actions are done by their words."""

    async def perform(self, action: Action) -> None:
        """Do `action`, or say why it cannot be done now; errors are said in the status line."""
        raise NotImplementedError

    def refusal(self, action: Action) -> str:
        """Return why `action` cannot be done now; empty if it can."""
        raise NotImplementedError


class CommandLine:
    """Asks for a command, and does it on the screen it was asked on."""

    def __init__(self, screen: Commanded, actions: Iterable[Action]) -> None:
        self._screen = screen
        self._actions: dict[str, Action] = {}
        for action in actions:  # the screen's own come first, and count
            if action.id != COMMAND.id:
                self._actions.setdefault(action.word, action)
        self._words = tuple(dict.fromkeys((*self._actions, QUIT)))

    def ask(self) -> None:
        """Open the line and say which words there are."""
        aid = Aid(complete=word_completer(self._words))
        self._screen.ask(":", "", self._given, self._tell, aid)
        self._tell("")

    def _tell(self, text: str) -> None:
        """Say which words begin so, above the line; of a single one, what it does."""
        word, argument = _parted(text)
        fitting = [known for known in self._words if known.startswith(word)]
        if word in self._words or argument:
            fitting = [word] if word in self._words else []
        told = fitting[0] if len(fitting) == 1 else ""
        if told:
            action = self._actions.get(told)
            told += ": " + (_(action.help) if action else _("Leave the console"))
        screen = self._screen
        screen.prompt.remark(told)
        screen.status.say(packed(fitting, screen.size.width - 2), whole=True)
        screen.status.display = len(fitting) > 1

    async def _given(self, text: str | None) -> None:
        """Do what was typed.

        Raises:
            UsageError: there is no such word, or nothing may stand behind it.
        """
        self._screen.status.say("")
        word, argument = _parted(text or "")
        if not word:
            return
        action = self._actions.get(word)
        if action is not None:
            await self._perform(action, argument)
            return
        if word not in LEAVING:
            raise self._unknown(word)
        if argument:
            raise _takes_nothing(word)
        await self._screen.app.action_quit()

    async def _perform(self, action: Action, argument: str) -> None:
        """Do an action as its key does; what is wrong with an argument is the prompt's to say."""
        if not argument:
            await self._screen.perform(action)
            return
        method = getattr(self._screen, action.method)
        if not inspect.signature(method).parameters:
            raise _takes_nothing(action.word)
        if reason := self._screen.refusal(action):
            self._screen.status.say(reason)
            return
        result = method(argument)
        if inspect.isawaitable(result):
            await result

    def _unknown(self, word: str) -> UsageError:
        import difflib

        begun = [known for known in self._words if known.startswith(word)]
        near = begun or difflib.get_close_matches(word, self._words, n=1, cutoff=0.5)
        return UsageError(
            _("No command {word}.").format(word=shown(word)),
            _("Did you mean {name}?").format(name=near[0]) if near else _("? shows them all."),
        )


def _parted(text: str) -> tuple[str, str]:
    """Return the word that a command begins with, and what stands behind it."""
    word, *behind = text.lstrip(": ").split(maxsplit=1) or [""]
    return word.lower(), behind[0].strip() if behind else ""


def _takes_nothing(word: str) -> UsageError:
    return UsageError(_(":{word} takes nothing behind it.").format(word=word))
