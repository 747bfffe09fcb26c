"""One line of tabs: the titles of a screen's parts, with the current one marked."""

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
"""The smallest width of a title, in cells, even in a narrow window."""


class TabLine(Widget):
    """Numbered titles; the current title is marked, underlined and never cut."""

    DEFAULT_CSS = """
    TabLine { height: 1; background: $surface; color: $text-muted; }
    TabLine:ansi { color: $foreground; }
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place
            """The index of the tab, from 0."""

    def __init__(self, titles: Sequence[str], current: int = 0, *, id: str | None = None) -> None:
        """Show the translated `titles`, with the tab at index `current` (from 0) as current."""
        super().__init__(id=id)
        self._titles = tuple(titles)
        self._current = current
        self._spans: list[tuple[int, int]] = []

    @property
    def current(self) -> int:
        """The index of the current tab, from 0."""
        return self._current

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles of the tabs."""
        return self._titles

    def show(self, titles: Sequence[str], current: int | None = None) -> None:
        """Show other titles or another tab; draw only if something changed."""
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
            mark, text = CURRENT_MARK if here else " ", f"{place + 1} {title}"
            look = "bold $text-accent underline" if here else ""
            parts += [Content(mark), Content.styled(text, look), Content(" ")]
            start, end = end, end + cell_len(mark + text + " ")
            self._spans.append((start, end))
        return Content("").join(parts)

    def on_click(self, event: Click) -> None:
        """Post `Chosen` for the clicked tab."""
        for place, (start, end) in enumerate(self._spans):
            if start <= event.x < end:
                self.post_message(self.Chosen(place))


def fitted_titles(titles: Sequence[str], current: int, width: int) -> list[str]:
    """Return the titles, safe to print, cut so that their tabs fit into `width` cells.

    The longest titles other than the current one are cut first, all to the same length of at least
    `LEAST`; if that is not enough, the window cuts the line.
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
