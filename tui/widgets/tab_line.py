"""One line of tabs: what a screen's parts are called, and which one is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from partnerdesk.models.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Click

CURRENT_MARK = "▸"
LEAST = 1
"""Cells that a title keeps, however narrow the window."""


class TabLine(Widget):
    """Numbered titles; the current one is marked, bold and reversed, and never cut for others."""

    DEFAULT_CSS = """
    TabLine { height: 1; background: $surface; color: $foreground; }
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place
            """Its place, from 0."""

    def __init__(self, titles: Sequence[str], current: int = 0, *, id: str | None = None) -> None:
        """Show `titles`, translated, the one in place `current` (from 0) as the chosen one."""
        super().__init__(id=id)
        self._titles = tuple(titles)
        self._current = current
        self._spans: list[tuple[int, int]] = []

    @property
    def current(self) -> int:
        """The place of the current tab, from 0."""
        return self._current

    @property
    def titles(self) -> tuple[str, ...]:
        """What stands on the tabs."""
        return self._titles

    def show(self, titles: Sequence[str], current: int | None = None) -> None:
        """Show other titles or another tab; what stays as it is, is not drawn anew."""
        wanted = (tuple(titles), self._current if current is None else current)
        if wanted != (self._titles, self._current):
            self._titles, self._current = wanted
            self.refresh()

    def choose(self, place: int) -> None:
        """Make another tab the current one."""
        self.show(self._titles, place)

    def render(self) -> Content:
        """Return the line."""
        parts: list[Content] = []
        self._spans, end = [], 0
        for place, title in enumerate(fitted_titles(self._titles, self._current, self.size.width)):
            here = place == self._current
            text = f"{CURRENT_MARK if here else ' '}{place + 1} {title} "
            parts.append(Content.styled(text, "bold reverse") if here else Content(text))
            start, end = end, end + cell_len(text)
            self._spans.append((start, end))
        return Content("").join(parts)

    def on_click(self, event: Click) -> None:
        """Tell which tab was clicked."""
        for place, (start, end) in enumerate(self._spans):
            if start <= event.x < end:
                self.post_message(self.Chosen(place))


def fitted_titles(titles: Sequence[str], current: int, width: int) -> list[str]:
    """Return the titles, safe to print, so that their tabs take `width` cells together.

    The longest of the others are cut first, all to the same length, which is never below `LEAST`:
    where that is not enough, the line ends where the window does.
    """
    safe = [shown(title) for title in titles]
    lengths = [cell_len(title) for title in safe]
    others = [length for place, length in enumerate(lengths) if place != current]
    around = sum(cell_len(f" {place} ") + 1 for place in range(1, len(safe) + 1))
    room = width - around - (sum(lengths) - sum(others))
    limit = max(others, default=0)
    while limit > LEAST and sum(min(length, limit) for length in others) > room:
        limit -= 1
    return [
        title if place == current else Content(title).truncate(limit, ellipsis=True).plain
        for place, title in enumerate(safe)
    ]
