"""Searching a page: `/` asks for a text, `n` and `N` go to the next and the previous place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.style import Style
from textual.content import Content

from partnerdesk.models.core.text import occurrences, shown
from partnerdesk.models.languages import N_, _
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.motions import Findable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FIND_ACTIONS = (
    Action("page.find", "slash", N_("Find"), N_("Find a text on the page"), "/"),
    Action("page.find-next", "n", N_("Find next"), N_("Go to the next place that holds the text"),
           "n", bar=False),
    Action("page.find-previous", "N", N_("Find previous"),
           N_("Go to the place before that holds the text"), "N", bar=False),
)  # fmt: skip
"""What every page of text can do."""
FOUND = Style(reverse=True)
"""How what was found looks, beside what it looks like otherwise."""


class Spot(NamedTuple):
    """A place that holds what is sought."""

    line: int
    """The line in which it begins."""
    start: int
    """Where it begins in its text."""
    end: int


def parted(text: str, width: int) -> Iterator[tuple[int, str]]:
    """Break a text into lines; return of each where it begins in the text, and the line."""
    place = 0
    for part in Content(text).wrap(width) or [Content("")]:
        place = max(text.find(part.plain, place), place)
        yield place, part.plain
        place += len(part.plain)


def spots_in(text: str, sought: str, starts: Sequence[int], first: int) -> Iterator[Spot]:
    """Return the places of a text that is broken at `starts`; its first line is `first`."""
    for start, end in occurrences(text, sought):
        line = max(place for place, begins in enumerate(starts) if begins <= start or not place)
        yield Spot(first + line, start, end)


def next_spot(spots: Sequence[Spot], here: Spot, by: int) -> int:
    """Return the place in `spots` of the next one behind or before `here`; round the ends."""
    if by < 0:
        before = [place for place, spot in enumerate(spots) if spot < here]
        return before[-1] if before else len(spots) - 1
    behind = (place for place, spot in enumerate(spots) if spot > here or (not by and spot == here))
    return next(behind, 0)


class PageScreen(AppScreen):
    """A screen that shows a page of text. Subclasses have the page, which can be searched."""

    PAGE_ACTIONS: ClassVar[tuple[Action, ...]] = FIND_ACTIONS
    sought = ""
    """What was searched for last."""

    @classmethod
    def all_actions(cls) -> tuple[Action, ...]:
        """Return the page's own actions, those of every page, and those of every screen."""
        actions, own = super().all_actions(), len(cls.ACTIONS)
        return (*actions[:own], *cls.PAGE_ACTIONS, *actions[own:])

    def do_find(self) -> None:
        """Ask for a text."""
        self.ask(_("Find"), self.sought, self._text_given)

    def _text_given(self, text: str | None) -> None:
        if text and text.strip():
            self.sought = text
            self._find(0)

    def do_find_next(self) -> None:
        """Go to the next place."""
        self._find(1)

    def do_find_previous(self) -> None:
        """Go to the place before."""
        self._find(-1)

    def _find(self, by: int) -> None:
        for page in self.query("*"):
            if isinstance(page, Findable):
                self.status.say(told_find(page, self.sought, by))
                return


def told_find(page: Findable, sought: str, by: int) -> str:
    """Go to the next place that holds what is sought; return in words which it is."""
    if not sought:
        return _("Nothing was searched for yet: / finds a text.")
    place, count = page.find(sought, by)
    if not count:
        return _("Not on this page: {text}").format(text=shown(sought))
    return _("{text}: {place} of {count}").format(text=shown(sought), place=place, count=count)
