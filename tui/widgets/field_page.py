"""A page of labelled fields in sections; the field under the cursor can be copied or edited."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message

from partnerdesk.models.core.text import occurrences
from partnerdesk.tui.widgets.field_lines import FieldLines
from partnerdesk.tui.widgets.motions import Seen, motions, seen_motions
from partnerdesk.tui.widgets.page_search import Spot, next_spot, spots_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.events import Click

    from partnerdesk.tui.widgets.sections import Field, Section


class FieldPage(FieldLines, Seen, can_focus=True):
    """Shows sections of fields; the cursor moves from field to field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *motions("page"),
        *seen_motions("page"),
        Binding("space", "pages(1)", show=False, id="page.next"),
        Binding("left", "across(0)", show=False, id="page.left"),
        Binding("right", "across(1)", show=False, id="page.right"),
    ]

    class Chosen(Message):
        """A field was double-clicked."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    def show(self, sections: Sequence[Section]) -> None:
        """Show new content; the cursor stays on the field of the same name, else at its index."""
        self._take(sections)
        self.refresh()

    def _take(self, sections: Sequence[Section]) -> None:
        """Take new content up without drawing it."""
        name = self.field.name if self.field else ""
        self._sections = [section for section in sections if section.fields]
        self._fields = [field for section in self._sections for field in section.fields]
        self._cursor = min(self._cursor, max(len(self._fields) - 1, 0))
        places = [place for place, field in enumerate(self._fields) if name and field.name == name]
        self._cursor = places[0] if places else self._cursor
        self._lay_out()
        self._follow()

    @property
    def field(self) -> Field | None:
        """The field under the cursor."""
        return self._fields[self._cursor] if self._fields else None

    def refresh_pointer(self) -> None:
        """Redraw the cursor's field."""
        self._refresh_field(self._cursor)

    # The cursor

    def move_by(self, lines: int) -> None:
        """Move the cursor by some fields; scroll through a field taller than the page first."""
        for _step in range(min(abs(lines), len(self._lines))):
            self._step(1 if lines > 0 else -1)

    def _step(self, by: int) -> None:
        first, last = self._rows_of(self._cursor)
        top, height = self.scroll_offset.y, self.size.height
        if (by == 1 and last >= top + height) or (by == -1 and first < top):
            self._show_from(top + by)
        else:
            self._put_cursor(self._cursor + by)
            self._follow()

    def move_pages(self, pages: float) -> None:
        """Scroll by some pages and put the cursor on the first visible field.

        At the end of the page the cursor goes to the last field.
        """
        by = round(pages * max(self.size.height - 1, 2))
        self._show_from(self.scroll_offset.y + by)
        if by > 0 and self.scroll_offset.y + self.size.height >= self._columns.height:
            self._put_cursor(len(self._fields) - 1)
        else:
            self.move_to_seen(0, 0)

    def move_to(self, place: int) -> None:
        """Go to the field on a line; a negative line counts from the end."""
        place = max(place if place >= 0 else len(self._lines) + place, 0)
        self._put_cursor(self._field_at(place))
        self._follow()
        self._see(min(place, len(self._lines) - 1))

    def move_to_seen(self, part: float, beside: int) -> None:
        """Go to the field at a part of the visible lines; see `Seen`."""
        seen = self._seen_places(self._cursor_column)
        if not seen:
            return
        top, last = seen[0], seen[-1]
        place = top + round(part * (last - top)) + (beside if part < 1 else -beside)
        place = min(max(place, top), last)
        above = [line.field for line in self._lines[top : place + 1] if line.field >= 0]
        self._put_cursor(above[-1] if part == 1 and above else self._field_at(place))

    @property
    def has_columns(self) -> bool:
        """Whether there are two columns."""
        return self._columns.count > 1

    @property
    def _cursor_column(self) -> int:
        return self._columns.column_of(self._lines_of(self._cursor)[0])

    def _seen_places(self, column: int) -> range:
        """Return the visible lines of a column, or of the other one if it ends above."""
        top, height = self.scroll_offset.y, self.size.height
        own = self._columns.places(column, top, height)
        return own or self._columns.places(1 - column, top, height)

    def action_across(self, column: int) -> None:
        """Go to the field at the same height in another column, if there is one."""
        here = self._cursor_column
        if column == here or column >= self._columns.count:
            return
        row = self._columns.row_of(self._lines_of(self._cursor)[0])
        places = self._columns.places(column, 0, row + 1)
        self._put_cursor(self._field_at(places[-1]))
        if self._cursor_column != column:  # below its last field
            fields = [self._lines[place].field for place in places]
            self._put_cursor(max(fields))
        self._follow()

    def _field_at(self, place: int) -> int:
        """Return the index of the field on a line, else of the next field, else of the last."""
        fields = (line.field for line in self._lines[place:] if line.field >= 0)
        return next(fields, len(self._fields) - 1)

    def _put_cursor(self, field: int) -> None:
        before, self._cursor = self._cursor, min(max(field, 0), max(len(self._fields) - 1, 0))
        if self._found is not None:
            self._found = None
            self.refresh()
        self._refresh_field(before)
        self._refresh_field(self._cursor)

    def _show_from(self, top: int) -> None:
        self.scroll_to(y=top, animate=False, immediate=True)

    def _see(self, place: int) -> None:
        """Scroll as little as possible so that a line is visible."""
        row, top, height = self._columns.row_of(place), self.scroll_offset.y, self.size.height
        if not top <= row < top + height:
            self._show_from(row if row < top else row - height + 1)

    def go_to_section(self, title: str) -> None:
        """Put the cursor on the first field of a section and scroll its heading to the top."""
        before = 0
        for section in self._sections:
            if section.title == title:
                self._put_cursor(before)
                self._show_from(self._rows_of(before)[0] - 1)
                return
            before += len(section.fields)

    def find(self, sought: str, by: int) -> tuple[int, int]:
        """Go to the next or previous match of a text; see `Findable`."""
        spots = sorted(self._spots(sought))
        if not spots:
            return 0, 0
        here = self._found or Spot(self._lines_of(self._cursor)[0], 0, 0)
        place = next_spot(spots, here, by if self._found else min(by, 0))
        spot = spots[place]
        self._put_cursor(self._field_at(spot.line))
        self._follow()
        self._see(spot.line)
        self._found = spot
        self.refresh()
        return place + 1, len(spots)

    def _spots(self, sought: str) -> Iterator[Spot]:
        for place, line in enumerate(self._lines):
            if line.label:  # a match of the label as a whole comes before those of the value
                yield from (Spot(place, -1, 0) for _match in occurrences(line.label, sought)[:1])
            if line.part == 0:
                wrapped = takewhile(lambda line: line.part, self._lines[place + 1 :])
                starts = [0, *(part.start for part in wrapped)]
                yield from spots_in(line.paragraph, sought, starts, place)

    def on_click(self, event: Click) -> None:
        """Put the cursor on the clicked field; a double click chooses the field."""
        self.focus()
        column = self._columns.column_at(event.x)
        found = self._columns.at(self.scroll_offset.y + event.y)
        place = found[column]
        if place is not None and self._lines[place].field >= 0:
            self._put_cursor(self._lines[place].field)
            if event.chain > 1 and self.field is not None:
                self.post_message(self.Chosen(self.field))

    def on_resize(self) -> None:
        """Wrap the texts to the new width."""
        self._lay_out()
        self._follow()

    def _refresh_field(self, field: int) -> None:
        first, last = self._rows_of(field)
        left = self._columns.left_of(self._columns.column_of(self._lines_of(field)[0]))
        y = first - self.scroll_offset.y
        self.refresh(Region(left, y, self._columns.width, last - first + 1))

    def _follow(self) -> None:
        first, last = self._rows_of(self._cursor)
        top, height = self.scroll_offset.y, self.size.height
        if self._cursor == 0:
            top = 0
        elif first < top:
            top = first
        elif last >= top + height:
            top = min(last - height + 1, first)
        if top != self.scroll_offset.y:
            self._show_from(top)
