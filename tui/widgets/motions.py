"""The keys that move through lists and pages, as in vim and less, with a count typed before."""

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
"""The largest count before a key; a list has fewer rows."""
DIGITS = (*"0123456789",)
MOVING = (
    ("↑ ↓  k j", N_("Move")),
    ("PgUp PgDn", N_("Move by a page; so do ctrl+b and ctrl+f")),
    ("ctrl+u ctrl+d", N_("Move by half a page")),
    ("Home End  gg G", N_("Go to the first, to the last")),
)
"""Help lines: keys that move through any list or page."""
SEEN = (("H M L", N_("Go to the top, the middle, the bottom of what is seen")),)
"""Help lines: keys that need a cursor."""
ACROSS = (("← →", N_("Go to the column beside, where a page has two")),)
"""The help line for pages in two columns."""
NUMBERS = (("10j 5G", N_("A number before a key that moves: so many times, or to that line")),)
"""The help line for screens on which digits have no other meaning."""
NO_NUMBERS = (("0 … 9", N_("No number goes before a key here: digits mean something else")),)
"""The help line for screens on which digits have another meaning."""
MOUSE = (
    (N_("Mouse"), N_("Where it is on: the wheel scrolls, a click goes there, a second one opens")),
)


@cache
def motions(prefix: str) -> list[BindingType]:
    """Return the bindings of keys that move, with ids for remapping that begin with `prefix`."""
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
    """Return the bindings of keys that go to the top, middle and bottom of the visible lines."""
    return [
        Binding("H", "seen_top", show=False, id=f"{prefix}.seen-top"),
        Binding("M", "seen_middle", show=False, id=f"{prefix}.seen-middle"),
        Binding("L", "seen_bottom", show=False, id=f"{prefix}.seen-bottom"),
    ]


class Counting(Screen[None]):
    """A screen on which a count can be typed before a key, unless digits have another meaning."""

    count = 0
    """The number typed so far; 0 for none."""

    @property
    def digits_are_free(self) -> bool:
        """Whether no digit is bound: with some digits bound, numbers would be read in part."""
        return self.active_bindings.keys().isdisjoint(DIGITS)

    def take_digit(self, event: Key) -> bool:
        """Append a digit to the count; return whether the key was such a digit."""
        digit = event.character or ""
        if digit not in DIGITS or (digit == "0" and not self.count) or not self.digits_are_free:
            return False
        self.count = min(self.count * 10 + int(digit), MOST)
        self.tell_count(str(self.count))
        return True

    def take_count(self) -> int:
        """Return and reset the number typed before the current key; 0 for none."""
        count, self.count = self.count, 0
        return count

    def tell_count(self, text: str) -> None:
        """Show the number typed so far; empty to remove it."""
        raise NotImplementedError


class Motions(Widget):
    """The actions of the keys that move; subclasses implement the movement."""

    def refresh_pointer(self) -> None:
        """Redraw the mark of the cursor, which is hidden while a dialog is open."""

    def move_by(self, lines: int) -> None:
        """Move by a number of lines, records or fields."""
        raise NotImplementedError

    def move_to(self, place: int) -> None:
        """Go to a line, counted from 0; a negative number counts from the end."""
        raise NotImplementedError

    def move_pages(self, pages: float) -> None:
        """Move by a number of pages."""
        raise NotImplementedError

    def _count(self) -> int:
        return self.screen.take_count() if isinstance(self.screen, Counting) else 0

    def action_step(self, by: int) -> None:
        """Move by one line, or by the count."""
        self.move_by(by * max(self._count(), 1))

    def action_pages(self, by: int) -> None:
        """Move by one page, or by the count."""
        self.move_pages(by * max(self._count(), 1))

    def action_half_pages(self, by: int) -> None:
        """Move by half a page, or by the count of half pages."""
        self.move_pages(by * max(self._count(), 1) / 2)

    def action_first(self) -> None:
        """Go to the first line, or to the line whose number was typed."""
        self.move_to(max(self._count() - 1, 0))

    def action_last(self) -> None:
        """Go to the last line, or to the line whose number was typed."""
        self.move_to(self._count() - 1)


class Seen(Motions):
    """A widget with a cursor, which keys move to the top, middle or bottom of the visible lines."""

    @property
    def has_columns(self) -> bool:
        """Whether its lines stand in columns beside each other."""
        return False

    def move_to_seen(self, part: float, beside: int) -> None:
        """Move the cursor within the visible lines.

        Args:
            part: 0 for the top, 1 for the bottom.
            beside: lines away from that end.
        """
        raise NotImplementedError

    def action_seen_top(self) -> None:
        """Go to the first visible line, or to the line at the count from it."""
        self.move_to_seen(0, max(self._count() - 1, 0))

    def action_seen_middle(self) -> None:
        """Go to the middle of the visible lines."""
        self._count()
        self.move_to_seen(0.5, 0)

    def action_seen_bottom(self) -> None:
        """Go to the last visible line, or to the line at the count from it."""
        self.move_to_seen(1, max(self._count() - 1, 0))


@runtime_checkable
class Findable(Protocol):
    """A widget whose text can be searched."""

    def find(self, sought: str, by: int) -> tuple[int, int]:
        """Go to the next match of a text (`by` 1) or the previous one (-1), and show it.

        The search wraps around at both ends. With `by` 0, a match at the cursor or in view is
        accepted, too.

        Returns:
            The number of the match, from 1, and the number of all matches; 0, 0 for none.
        """
        ...
