"""A text view with scrolling and search, for guides and help."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from partnerdesk.tui.widgets.motions import Motions, motions
from partnerdesk.tui.widgets.page_search import Spot, next_spot, parted, spots_in

if TYPE_CHECKING:
    from collections.abc import Iterator


class TextView(VerticalScroll, Motions, can_focus=True, inherit_bindings=False):
    """Scrolls its text widgets; there is no cursor."""

    DEFAULT_CSS = """
    TextView { scrollbar-background: $background; scrollbar-color: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *motions("page"),
        Binding("space", "pages(1)", show=False, id="page.next"),
    ]

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._found: tuple[Static, Content] | None = None
        """The widget of the last match, and its content without the highlight."""
        self._here = Spot(0, 0, 0)
        self._sought = ""

    def move_by(self, lines: int) -> None:
        """Scroll by `lines` lines."""
        self._show_from(round(self.scroll_y) + lines)

    def move_pages(self, pages: float) -> None:
        """Scroll by `pages` pages."""
        self.move_by(round(pages * max(self.size.height - 1, 2)))

    def move_to(self, place: int) -> None:
        """Scroll to a line; a negative number counts from the end."""
        self._show_from(place if place >= 0 else self.max_scroll_y + place + 1)

    def _show_from(self, top: int) -> None:
        top = min(max(top, 0), self.max_scroll_y)
        self.scroll_to(y=top, animate=False, immediate=True)

    def find(self, sought: str, by: int) -> tuple[int, int]:
        """Go to the next or previous match of a text; see `Findable`."""
        self.forget_found()
        matches = sorted(self._spots(sought), key=lambda match: match[0])
        if not matches:
            return 0, 0
        top = round(self.scroll_y)
        here = self._here if sought == self._sought else Spot(top, -1, 0)
        place = next_spot([spot for spot, _part in matches], here, by or 1)
        self._here, part = matches[place]
        self._sought = sought
        content = _content(part)
        self._found = (part, content)
        part.update(content.stylize("reverse", self._here.start, self._here.end))
        if not top <= self._here.line < top + self.size.height:
            self._show_from(self._here.line - self.size.height // 3)
        return place + 1, len(matches)

    def forget_found(self) -> None:
        """Remove the highlight of the last match."""
        if self._found is not None:
            part, content = self._found
            self._found = None
            part.update(content)

    def _spots(self, sought: str) -> Iterator[tuple[Spot, Static]]:
        top = self.content_region.y - round(self.scroll_y)
        for part in self.query(Static):
            text, region = _content(part).plain, part.content_region
            starts = [start for start, _line in parted(text, region.width)] if text else []
            for spot in spots_in(text, sought, starts, region.y - top):
                yield spot, part


def _content(part: Static) -> Content:
    return part.content if isinstance(part.content, Content) else Content("")
