"""Search in a page: `/` asks for a text, `n` and `N` go to the next and the previous match."""

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
"""The actions of every page of text."""
FOUND = Style(reverse=True)
"""The style of a match, added to the style of its text."""


class Spot(NamedTuple):
    """A match of the searched text."""

    line: int
    """The line in which the match begins."""
    start: int
    """The offset of the match in its text; -1 for the label of a field."""
    end: int
    """The offset behind the match."""


def parted(text: str, width: int) -> Iterator[tuple[int, str]]:
    """Wrap a text; yield the offset and the text of each line."""
    place = 0
    for part in Content(text).wrap(width) or [Content("")]:
        place = max(text.find(part.plain, place), place)
        yield place, part.plain
        place += len(part.plain)


def spots_in(text: str, sought: str, starts: Sequence[int], first: int) -> Iterator[Spot]:
    """Yield the matches in a text that is wrapped at `starts`; its first line is `first`."""
    for start, end in occurrences(text, sought):
        line = max(place for place, begins in enumerate(starts) if begins <= start or not place)
        yield Spot(first + line, start, end)


def next_spot(spots: Sequence[Spot], here: Spot, by: int) -> int:
    """Return the index in `spots` of the next match after or before `here`, wrapping around.

    With `by` 0, a match at `here` is accepted, too.
    """
    if by < 0:
        before = [place for place, spot in enumerate(spots) if spot < here]
        return before[-1] if before else len(spots) - 1
    behind = (place for place, spot in enumerate(spots) if spot > here or (not by and spot == here))
    return next(behind, 0)


class PageScreen(AppScreen):
    """A screen with a page of text; subclasses build the page, which is a `Findable`."""

    PAGE_ACTIONS: ClassVar[tuple[Action, ...]] = FIND_ACTIONS
    sought = ""
    """The text of the last search."""

    @classmethod
    def all_actions(cls) -> tuple[Action, ...]:
        """Return the screen's own actions, those of every page, and those of every screen."""
        actions, own = super().all_actions(), len(cls.ACTIONS)
        return (*actions[:own], *cls.PAGE_ACTIONS, *actions[own:])

    def do_find(self) -> None:
        """Ask for a text to search."""
        self.ask(_("Find"), self.sought, self._answered_find)

    def _answered_find(self, text: str | None) -> None:
        if text and text.strip():
            self.sought = text
            self._find(0)

    def do_find_next(self) -> None:
        """Go to the next match."""
        self._find(1)

    def do_find_previous(self) -> None:
        """Go to the previous match."""
        self._find(-1)

    def _find(self, by: int) -> None:
        for page in self.query("*"):
            if isinstance(page, Findable):
                self.status.say(told_find(page, self.sought, by))
                return


def told_find(page: Findable, sought: str, by: int) -> str:
    """Go to the next or previous match; return its number as text for the person."""
    if not sought:
        return _("Nothing was searched for yet: / finds a text.")
    place, count = page.find(sought, by)
    if not count:
        return _("Not on this page: {text}").format(text=shown(sought))
    return _("{text}: {place} of {count}").format(text=shown(sought), place=place, count=count)
