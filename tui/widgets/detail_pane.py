"""The details beside a list: the record under its cursor, in labelled groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.geometry import Region

from partnerdesk.tui.widgets.field_lines import MARGIN
from partnerdesk.tui.widgets.field_page import FieldPage
from partnerdesk.tui.widgets.page_search import parted
from partnerdesk.tui.widgets.record_layout import fitted
from partnerdesk.tui.widgets.sections import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.tui.widgets.field_layout import Line

SIGN = "▸"
"""The sign before the name of the record."""
LEAST_LABEL, MOST_LABEL = 12, 22
"""The widths of labels, in cells; they never depend on the record, so that texts stay in place."""


class DetailPane(FieldPage):
    """A page of fields that follows a cursor: of another record only what differs is drawn.

    The field under the pane's own cursor is marked as long as the pane has the focus.
    """

    DEFAULT_CSS = """
    DetailPane {
        width: 1fr; display: none;
        border-left: solid $panel-lighten-2;
        scrollbar-gutter: stable;
    }
    DetailPane:light { border-left: solid $panel-darken-2; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,escape", "screen.leave_details", show=False, id="details.leave"),
        Binding("y", "screen.copy_detail", show=False, id="details.copy"),
        Binding("enter", "screen.open_detail", show=False, id="details.open"),
    ]

    LEAST_COLUMN: ClassVar[int] = 48
    """Less than on a page: there are two columns only where one does not hold the record."""

    def show_record(self, sections: Sequence[Section], *, is_another: bool) -> None:
        """Show the filled-in fields of a record.

        Args:
            sections: what is known of the record; the first title is its name.
            is_another: whether it is another record, which is shown from its beginning; else the
                cursor stays on its field.
        """
        before = self._seen()
        if is_another:
            self._cursor = 0
        named, *others = [_filled_in(section) for section in sections] or [Section("", ())]
        self._take([replace(named, title=f"{SIGN} {named.title}"), *others])
        for y, (old, new) in enumerate(zip(before, self._seen(), strict=True)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))

    def _seen(self) -> list[object]:
        """Return what stands in each visible line."""
        top, columns = self.scroll_offset.y, self._columns
        return [
            [columns.width, *(self._look(place) for place in columns.at(row))]
            for row in range(top, top + self.size.height)
        ]

    def _look(self, place: int | None) -> object:
        if place is None:
            return None
        line = self._lines[place]
        pointed = self.shows_cursor and line.field == self._cursor
        return line.label, line.text, line.spans, line.heading, pointed

    def _needs_columns(self, lines: Sequence[Line]) -> bool:
        """Return whether one column does not hold the record."""
        return len(lines) > self.size.height

    def _split(self, lines: Sequence[Line]) -> int:
        """Return how many lines fit in the first column, before a heading."""
        most = self.size.height + 1  # the blank line before the heading may be out of view
        ends = [place for place, line in enumerate(lines) if line.heading and 0 < place <= most]
        return max(ends, default=len(lines))

    @property
    def shows_cursor(self) -> bool:
        """Whether the pane has the focus."""
        return self.has_focus

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh_pointer()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh_pointer()

    def _width_of_labels(self, width: int) -> int:
        return min(max(width // 3, LEAST_LABEL), MOST_LABEL)

    def _heading_text(self, title: str, width: int) -> str:
        """Return a heading; what is too long for its line ends in `…`."""
        room = max(width - MARGIN, 1)
        return fitted(title, room).rstrip() if cell_len(title) > room else title

    def _label_lines(self, label: str, width: int) -> list[str]:
        """Return the lines of a label, wrapped."""
        return [text for _start, text in parted(label, width)]


def _filled_in(section: Section) -> Section:
    """Return a section without empty fields; a cursor finds a field again by its label."""
    return Section(
        section.title,
        tuple(replace(field, name=field.label) for field in section.fields if field.text),
    )
