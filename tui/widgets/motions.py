"""The keys that move through lists and pages, as in vim and less, and numbers typed before them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget

from partnerdesk.models.languages import N_

if TYPE_CHECKING:
    from textual.events import Key

MOST = 999_999_999
"""The largest number that is taken before a key; a list has fewer rows."""
DIGITS = (*"0123456789",)
MOVING = (
    ("↑ ↓  k j", N_("Move")),
    ("PgUp PgDn", N_("Move by a page; so do ctrl+b and ctrl+f")),
    ("ctrl+u ctrl+d", N_("Move by half a page")),
    ("Home End  gg G", N_("Go to the first, to the last")),
)
"""Keys that move through whatever is shown."""
SEEN = (("H M L", N_("Go to the top, the middle, the bottom of what is seen")),)
"""Keys where there is a cursor to move."""
NUMBERS = (("10j 5G", N_("A number before a key that moves: so many times, or to that line")),)
"""What is said where digits are free."""
NO_NUMBERS = (("0 … 9", N_("No number goes before a key here: digits mean something else")),)
"""What is said where they are not."""
MOUSE = (
    (N_("Mouse"), N_("Where it is on: the wheel scrolls, a click goes there, a second one opens")),
)


@cache
def motions(prefix: str) -> list[BindingType]:
    """Return the keys that move, with ids for remapping that begin with `prefix`."""
    return [
        Binding("up,k", "step(-1)", show=False, id=f"{prefix}.up"),
        Binding("down,j", "step(1)", show=False, id=f"{prefix}.down"),
        Binding("pageup,ctrl+b", "pages(-1)", show=False, id=f"{prefix}.page-up"),
        Binding("pagedown,ctrl+f", "pages(1)", show=False, id=f"{prefix}.page-down"),
        Binding("ctrl+u", "half_pages(-1)", show=False, id=f"{prefix}.half-page-up"),
        Binding("ctrl+d", "half_pages(1)", show=False, id=f"{prefix}.half-page-down"),
        Binding("home", "first", show=False, id=f"{prefix}.first"),
        Binding("end,G", "last", show=False, id=f"{prefix}.last"),
    ]


@cache
def seen_motions(prefix: str) -> list[BindingType]:
    """Return the keys that lead to a place among what is seen."""
    return [
        Binding("H", "seen_top", show=False, id=f"{prefix}.seen-top"),
        Binding("M", "seen_middle", show=False, id=f"{prefix}.seen-middle"),
        Binding("L", "seen_bottom", show=False, id=f"{prefix}.seen-bottom"),
    ]


class Counting(Screen[None]):
    """A screen on which a number can be typed before a key, where no digit means anything else."""

    count = 0
    """The number that was typed so far; 0 for none."""

    @property
    def digits_are_free(self) -> bool:
        """Whether no digit means anything else here: half a number would be worse than none."""
        return self.active_bindings.keys().isdisjoint(DIGITS)

    def take_digit(self, event: Key) -> bool:
        """Add a digit to the number before the next key; return whether it was one."""
        digit = event.character or ""
        if digit not in DIGITS or (digit == "0" and not self.count) or not self.digits_are_free:
            return False
        self.count = min(self.count * 10 + int(digit), MOST)
        self.tell_count(str(self.count))
        return True

    def take_count(self) -> int:
        """Return the number that was typed before the key that is being taken; 0 for none."""
        count, self.count = self.count, 0
        return count

    def tell_count(self, text: str) -> None:
        """Show the number that is being typed."""
        raise NotImplementedError


class Motions(Widget):
    """What the keys that move do; subclasses say how it moves."""

    def move_by(self, lines: int) -> None:
        """Move by some lines, records or fields."""
        raise NotImplementedError

    def move_to(self, place: int) -> None:
        """Go to a line, counted from 0, or from the end where it is below 0."""
        raise NotImplementedError

    def move_pages(self, pages: float) -> None:
        """Move by some pages."""
        raise NotImplementedError

    def _count(self) -> int:
        return self.screen.take_count() if isinstance(self.screen, Counting) else 0

    def action_step(self, by: int) -> None:
        """Move by one, or as often as was said."""
        self.move_by(by * max(self._count(), 1))

    def action_pages(self, by: int) -> None:
        """Move by a page, or some."""
        self.move_pages(by * max(self._count(), 1))

    def action_half_pages(self, by: int) -> None:
        """Move by half a page, or some halves."""
        self.move_pages(by * max(self._count(), 1) / 2)

    def action_first(self) -> None:
        """Go to the first line, or to the one that was said."""
        self.move_to(max(self._count() - 1, 0))

    def action_last(self) -> None:
        """Go to the last line, or to the one that was said."""
        self.move_to(self._count() - 1)


class Seen(Motions):
    """What has a cursor, which keys lead to a place among what is seen."""

    def move_to_seen(self, part: float, beside: int) -> None:
        """Go to a part of what is seen, 0 its top and 1 its bottom, and `beside` lines inwards."""
        raise NotImplementedError

    def action_seen_top(self) -> None:
        """Go to the top of what is seen."""
        self.move_to_seen(0, max(self._count() - 1, 0))

    def action_seen_middle(self) -> None:
        """Go to the middle of what is seen."""
        self._count()
        self.move_to_seen(0.5, 0)

    def action_seen_bottom(self) -> None:
        """Go to the bottom of what is seen."""
        self.move_to_seen(1, max(self._count() - 1, 0))


@runtime_checkable
class Findable(Protocol):
    """What can be searched for a text."""

    def find(self, sought: str, by: int) -> tuple[int, int]:
        """Go to the next place that holds a text, or to the one before, and show it.

        It goes on at the other end. Where `by` is 0, a place that is seen does.

        Returns:
            Which of all places it is, from 1, and how many there are; 0, 0 for none.
        """
        ...
