"""The command line: a person types `:`, the word of an action, and its argument."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.models.lists.completion import word_completer
from partnerdesk.tui.widgets.actions import COMMAND
from partnerdesk.tui.widgets.prompt import Aid
from partnerdesk.tui.widgets.questions import QuestionScreen, done, packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partnerdesk.tui.widgets.actions import Action
    from partnerdesk.tui.widgets.questions import Act

QUIT = "quit"
LEAVING = (QUIT, "q")
"""Words that leave the console; no screen has an action of these names."""


class Commanded(QuestionScreen):
    """A screen on which the command line performs actions."""

    async def perform(self, action: Action) -> None:
        """Perform `action`, or show why it is refused now; show errors in the status line."""
        raise NotImplementedError

    def refusal(self, action: Action) -> str:
        """Return why `action` is refused now; empty if it is allowed."""
        raise NotImplementedError


class CommandLine:
    """Asks for a command, and performs it on the screen."""

    def __init__(
        self, screen: Commanded, actions: Iterable[Action], places: Mapping[str, tuple[str, Act]]
    ) -> None:
        """Take the actions of the screen.

        Args:
            screen: the screen.
            actions: its actions; their words go before those of places.
            places: the screens that a word leads to, each with its title.
        """
        self._screen = screen
        self._places = places
        self._actions: dict[str, Action] = {}
        for action in actions:  # the screen's own actions come first and take precedence
            if action.id != COMMAND.id:
                self._actions.setdefault(action.word, action)
        self._words = tuple(dict.fromkeys((*self._actions, *places, QUIT)))

    def ask(self) -> None:
        """Open the command line and show the words beside it."""
        aid = Aid(complete=word_completer(self._words))
        self._screen.ask(":", "", self._answered, self._show_fitting, aid)
        self._show_fitting("")

    def _show_fitting(self, text: str) -> None:
        """Show the words that begin with the typed text; for a single word, show its help."""
        word, argument = _parted(text)
        fitting = [known for known in self._words if known.startswith(word)]
        if word in self._words or argument:
            fitting = [word] if word in self._words else []
        remark = fitting[0] if len(fitting) == 1 else ""
        if remark:
            action = self._actions.get(remark)
            title, _go = self._places.get(remark, ("", None))
            leads = _("Go to: {place}").format(place=title) if title else _("Leave the console")
            remark += ": " + (_(action.help) if action else leads)
        screen = self._screen
        screen.prompt.remark(remark)
        screen.status.say(packed(fitting, screen.size.width - 2), whole=True)
        screen.status.display = len(fitting) > 1

    async def _answered(self, text: str | None) -> None:
        """Perform the typed command.

        Raises:
            UsageError: the word is unknown, or takes no argument.
        """
        self._screen.status.say("")
        word, argument = _parted(text or "")
        if not word:
            return
        action = self._actions.get(word)
        if action is not None:
            await self._perform(action, argument)
            return
        if word not in (*self._places, *LEAVING):
            raise self._unknown(word)
        if argument:
            raise _takes_nothing(word)
        if word in self._places:
            await done(self._places[word][1])
        else:
            await self._screen.app.action_quit()

    async def _perform(self, action: Action, argument: str) -> None:
        """Perform an action as its key does; an error in its argument reopens the prompt."""
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
    """Return the first word of a command, and its argument."""
    word, *behind = text.lstrip(": ").split(maxsplit=1) or [""]
    return word.lower(), behind[0].strip() if behind else ""


def _takes_nothing(word: str) -> UsageError:
    return UsageError(_(":{word} takes nothing behind it.").format(word=word))
