"""Sections of labelled fields, arranged into lines in one or two columns, and drawn."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from partnerdesk.models.core.text import shown
from partnerdesk.tui.widgets.field_layout import BETWEEN, Columns, Line, balanced, field_lines
from partnerdesk.tui.widgets.page_search import FOUND, Spot
from partnerdesk.tui.widgets.record_layout import fitted
from partnerdesk.tui.widgets.tone_looks import COLOURED, TONE_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.style import Style

    from partnerdesk.tui.widgets.sections import Field, Section

MARGIN = 2
GAP = 2
MOST_LABEL = 30
"""The largest width of labels, in cells."""


class FieldLines(ScrollView):
    """The lines of a page of fields; what moves in them is the page's."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "field-page--heading",
        "field-page--label",
        "field-page--cursor",
        *TONE_CLASSES,
    }

    DEFAULT_CSS = """
    FieldLines {
        height: 1fr;
        background: $background;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        scrollbar-background: $background;
        scrollbar-color: $panel;
        overflow-x: hidden;
    }
    FieldLines > .field-page--heading { text-style: bold; color: $text-accent; }
    FieldLines > .field-page--label { color: $text-muted; }
    FieldLines:ansi > .field-page--label { text-style: dim; }
    FieldLines > .field-page--cursor { background: $cursor; color: $cursor-text; text-style: bold; }
    """

    LEAST_COLUMN: ClassVar[int] = 63
    """The least width of each of two columns, in cells: an identifier fits beside its label."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sections: Sequence[Section] = ()
        self._fields: list[Field] = []
        self._columns = Columns((), 0, 0)
        self._label_width = 0
        self._arranged_for = 0
        """The width in cells that the lines are arranged for."""
        self._cursor = 0
        self._found: Spot | None = None
        """The last match of a search, until the cursor moves."""

    @property
    def _lines(self) -> Sequence[Line]:
        return self._columns.lines

    @property
    def shows_cursor(self) -> bool:
        """Whether the field under the cursor is seen to be it."""
        return True

    def _lay_out(self) -> None:
        self._arrange()
        height = max(self._columns.height, self.size.height)
        self.virtual_size = Size(self.size.width, height)

    def _arrange(self) -> None:
        """Arrange the lines for the present width."""
        self._arranged_for = width = self.scrollable_content_region.width
        half = (width - BETWEEN) // 2
        lines = list(self._laid_out(width))
        columns = Columns(lines, len(lines), self.size.width)
        if half >= self.LEAST_COLUMN and self._needs_columns(lines):
            narrow = list(self._laid_out(half))
            parted = Columns(narrow, self._split(narrow), half)
            columns = parted if parted.count > 1 else columns
        self._columns = columns
        self._label_width = self._width_of_labels(columns.width)

    def _needs_columns(self, lines: Sequence[Line]) -> bool:
        """Return whether lines of the whole width should rather stand in two columns."""
        return bool(lines)

    def _split(self, lines: Sequence[Line]) -> int:
        """Return how many lines stand in the first of two columns; all of them for only one."""
        return balanced(lines)

    def _width_of_labels(self, width: int) -> int:
        """Return the width of the labels in a column of some width."""
        labels = [cell_len(shown(field.label)) for field in self._fields]
        return min(max(labels, default=0), MOST_LABEL, width)

    def _laid_out(self, width: int) -> Iterator[Line]:
        label_width = self._width_of_labels(width)
        room = max(width - MARGIN - label_width - GAP - 1, 10)
        number = 0
        for place, section in enumerate(self._sections):
            if place:
                yield Line("", "", -1)
            title = shown(section.title)
            heading = self._heading_text(title, width)
            yield Line("", heading, -1, heading=True, paragraph=title)
            for field in section.fields:
                labels = self._label_lines(shown(field.label), label_width)
                yield from field_lines(field, number, labels, room)
                number += 1

    def _heading_text(self, title: str, width: int) -> str:
        """Return the text of a heading in a column of some width."""
        del width
        return title

    def _label_lines(self, label: str, width: int) -> list[str]:
        """Return the lines of a label of some width; what is too long for one is cut."""
        del width
        return [label]

    def _lines_of(self, field: int) -> tuple[int, int]:
        places = [place for place, line in enumerate(self._lines) if line.field == field]
        return (places[0], places[-1]) if places else (0, 0)

    def _rows_of(self, field: int) -> tuple[int, int]:
        first, last = self._lines_of(field)
        return self._columns.row_of(first), self._columns.row_of(last)

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        base, width = self.rich_style, self.size.width
        if self._arranged_for != self.scrollable_content_region.width:
            self._arrange()  # it is drawn before it is told of its size
        row = self.scroll_offset.y + y
        if row >= self._columns.height:
            return Strip.blank(width, base)
        cells = [
            Strip.blank(self._columns.width, base) if place is None else self._line(place)
            for place in self._columns.at(row)
        ]
        between = Strip.blank(BETWEEN, base)
        parts = [part for cell in cells for part in (cell, between)][:-1]
        return Strip.join(parts).adjust_cell_length(width, base)

    def _line(self, place: int) -> Strip:
        """Return a line, as wide as its column."""
        base, width, line = self.rich_style, self._columns.width, self._lines[place]
        if line.heading:
            style = self.get_component_rich_style("field-page--heading")
            heading = [Segment(" ", style), *self._text(place, style)]
            return Strip(heading).adjust_cell_length(width, style)
        label = self.get_component_rich_style("field-page--label")
        value = base
        at_cursor = line.field == self._cursor and line.field >= 0 and self.shows_cursor
        if at_cursor:
            cursor = self.get_component_rich_style("field-page--cursor", partial=True)
            label, value = base + cursor, base + cursor
        elif line.is_missing:
            value = label
        mark = "▌ " if at_cursor and self.app.screen is self.screen else "  "
        labelled = fitted(line.label, self._label_width)
        found = self._found == Spot(place, -1, 0)
        segments = [
            Segment(mark, label),
            Segment(labelled, label + FOUND if found else label),
            Segment(" " * GAP, label),
            *self._text(place, value, toned=not at_cursor),
        ]
        return Strip(segments).adjust_cell_length(width, value)

    def _text(self, place: int, style: Style, *, toned: bool = False) -> list[Segment]:
        """Return the text of a line, with its tones and the match highlighted."""
        line, found = self._lines[place], self._found
        looks = [
            (
                span.start,
                span.end,
                self.get_component_rich_style(f"tone--{span.tone}", partial=True),
            )
            for span in line.spans
            if toned and span.tone in COLOURED
        ]
        if found is not None and found.start >= 0:
            first = self._lines[found.line]
            if place - line.part == found.line - first.part:
                looks.append((found.start, found.end, FOUND))
        edges = {0, len(line.text)}
        for start, end, _look in looks:
            edges |= {min(max(at - line.start, 0), len(line.text)) for at in (start, end)}
        segments = []
        for begin, end in pairwise(sorted(edges)):
            own = [look for start, stop, look in looks if start <= begin + line.start < stop]
            segments.append(Segment(line.text[begin:end], sum(own, style)))
        return segments
