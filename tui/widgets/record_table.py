"""The table of the console: columns from a spec, and a window of rows from a source."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from partnerdesk.models.languages import _
from partnerdesk.models.lists.spec import Row, RowKey, cell_text, sign_of, tone_of
from partnerdesk.tui.widgets.motions import Seen, motions, seen_motions
from partnerdesk.tui.widgets.record_layout import (
    GAP,
    GUTTER,
    MEASURED,
    Arrangement,
    Lengths,
    Placed,
    aligned,
    arrange,
    fitted,
    measured,
    useful_room,
)
from partnerdesk.tui.widgets.record_window import HEADING, RecordWindow
from partnerdesk.tui.widgets.tone_looks import COLOURED, TONE_CLASSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from rich.style import Style
    from textual.events import Click
    from textual.scrollbar import ScrollTo

    from partnerdesk.models.lists.saved_views import Chosen
    from partnerdesk.models.lists.spec import Column
    from partnerdesk.models.lists.tones import Tone


class RecordTable(RecordWindow, Seen, can_focus=True):
    """A list of records of any length.

    The table reads only the rows around the visible ones. The cursor belongs to a record, not to a
    position: it stays on its record when rows are added, removed or sorted.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record-table--heading",
        "record-table--cursor",
        "record-table--marked",
        *TONE_CLASSES,
    }

    DEFAULT_CSS = """
    RecordTable {
        height: 1fr;
        background: $background;
        color: $foreground;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        scrollbar-background: $background;
        scrollbar-color: $panel;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
    }
    RecordTable > .record-table--heading { text-style: bold; color: $text-accent; }
    RecordTable > .record-table--cursor {
        background: $cursor; color: $cursor-text; text-style: bold;
    }
    RecordTable > .record-table--marked { color: $text-warning; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *motions("list"),
        *seen_motions("list"),
        Binding("left", "sideways(-1)", show=False, id="list.left"),
        Binding("right", "sideways(1)", show=False, id="list.right"),
    ]

    class Opened(Message):
        """A record was double-clicked."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    class HeadingClicked(Message):
        """A column's heading was clicked."""

        def __init__(self, column: Column) -> None:
            super().__init__()
            self.column = column

    class Rearranged(Message):
        """The shown columns changed."""

    def __init__(
        self, columns: Sequence[Column], clock: Callable[[], datetime], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._columns = columns
        self._clock = clock
        self._arrangement = Arrangement([], [], 0, goes_on=False)
        self.wide = False
        """Whether the wide-only columns are shown."""
        self.hidden: frozenset[str] = frozenset()
        """Names of columns that are useless in this scope, such as the cloud in one account."""
        self.chosen: Chosen = ()
        """The columns that a person chose, in their order; empty for the default columns."""
        self._is_pointed_beside = False
        """Whether something beside the table has the keys and the pointer."""
        self._left = 0
        """The least cells that are left beside the table; 0 if it takes the whole width."""
        self._room = 0
        """The width of the rows if cells are left beside the table: it is known before Textual
        lays the table out, so that rows are drawn once."""
        self._lengths: Lengths = {}
        """The lengths of texts, by which the columns share the width; they are measured once, or
        anew where more rows can be, so that columns stay in place while one scrolls or filters."""
        self._measured = 0
        """The number of rows that were measured."""
        self.marks: set[RowKey] = set()
        """Keys of the marked rows; they stay marked under any filter and sort."""

    # Columns and marks

    def set_wide(self, *, wide: bool) -> None:
        """Show or hide the wide-only columns."""
        self.wide = wide
        self.set_columns(self.chosen)

    def set_columns(self, chosen: Chosen) -> None:
        """Show the columns that a person chose; the default columns if `chosen` is empty."""
        self.take_columns(chosen, wide=self.wide)
        self._take_room()
        self._arrange()
        self.refresh()

    def take_columns(self, chosen: Chosen, *, wide: bool) -> None:
        """Set the columns without drawing: they are shown together with the next rows."""
        self.chosen, self.wide, self._measured = chosen, wide, 0
        self._arrangement = replace(self._arrangement, skipped=0)

    def leave_beside(self, cells: int) -> None:
        """Take only the width that the columns can use, and leave at least `cells` beside them.

        With 0, the columns share the whole width.
        """
        is_left, self._left = self._left, cells
        if cells:
            self._take_room()
        elif is_left:
            self.styles.width = "1fr"

    def _take_room(self) -> None:
        """Measure the texts, and take the width that the shown columns can use, if there is one."""
        sample = self._rows[:MEASURED]
        if len(sample) > self._measured:
            self._measured = len(sample)
            self._lengths = measured(self._columns, sample, self._clock())
        if not self._left:
            return
        room = useful_room(
            self._columns, wide=self.wide, hidden=self.hidden, chosen=self.chosen,
            lengths=self._lengths,
        )  # fmt: skip
        bar = self.styles.scrollbar_size_vertical
        width = min(room + bar, max(self.app.size.width - self._left, 1))
        self.styles.width, self._room = width, width - bar

    def widths(self) -> dict[str, int]:
        """Return the current width of each shown column in cells, by column name."""
        return {placed.column.name: placed.width for placed in self._placed}

    def shown_columns(self) -> list[Column]:
        """Return the columns that are shown or reached by scrolling, from left to right."""
        return self._arrangement.columns

    @property
    def _placed(self) -> list[Placed]:
        return self._arrangement.placed

    def mark(self, keys: Iterable[RowKey], *, marked: bool = True) -> None:
        """Mark rows, or unmark them."""
        if marked:
            self.marks.update(keys)
        else:
            self.marks.difference_update(keys)
        self.refresh()

    async def toggle_mark(self) -> None:
        """Mark or unmark the record under the cursor, and move to the next row."""
        row = await self.row_there()
        if row is None:
            return
        self.marks.symmetric_difference_update({row.key})
        self._refresh_row(self.cursor)
        self.move_by(1)

    def refresh_pointer(self) -> None:
        """Redraw the row of the cursor."""
        self._refresh_row(self.cursor)

    def point(self, *, beside: bool) -> None:
        """Show the pointer in the row of the cursor, or not: then it is `beside` the table."""
        if beside != self._is_pointed_beside:
            self._is_pointed_beside = beside
            self.refresh_pointer()

    # The cursor

    @property
    def _aim(self) -> int:
        """The position to which the keys pressed so far lead."""
        return self.cursor if self._going is None else self._going

    def move_by(self, lines: int) -> None:
        """Move the cursor by `lines` rows."""
        if self._then is None:
            self._go(self._aim + lines)
        elif self._then < 0:
            self._then = min(self._then + lines, -1)
        else:
            self._then = max(self._then + lines, 0)

    def move_pages(self, pages: float) -> None:
        """Move the cursor by `pages` pages."""
        self.move_by(round(pages * max(self._page - 1, 2)))

    def move_to(self, place: int) -> None:
        """Go to a row; a negative position counts from the end."""
        if not self.is_counted:
            self._then = place
            return
        self._go(place if place >= 0 else self.total + place)

    def move_to_seen(self, part: float, beside: int) -> None:
        """Go to a part of the visible rows; see `Seen`."""
        top = self.scroll_offset.y if self._going is None else self._top_for(self._going)
        last = min(self._page, self.total - top) - 1
        self._go(top + round(part * last) + (beside if part < 1 else -beside))

    def action_sideways(self, by: int) -> None:
        """Scroll sideways by columns if not all are visible; the first column stays."""
        before = self._arrangement.skipped
        self._place(max(before + by, 0))
        if self._arrangement.skipped != before:
            self.refresh()

    def on_click(self, event: Click) -> None:
        """Put the cursor on the clicked row; a double click opens it."""
        self.focus()
        if event.y < HEADING:
            self._click_heading(event.x)
            return
        self._go(self.scroll_offset.y + event.y - HEADING)
        if event.chain > 1 and self.row is not None:
            self.post_message(self.Opened(self.row))

    def _click_heading(self, x: int) -> None:
        left = GUTTER
        for placed in self._placed:
            if left <= x < left + placed.width:
                self.post_message(self.HeadingClicked(placed.column))
                return
            left += placed.width + GAP

    def _go(self, place: int) -> None:
        first, total = 0, self.total
        if not self.is_counted:  # only among the rows in memory
            first, total = self._start, self._start + len(self._rows)
        place = max(min(place, total - 1), first)
        if self.is_counted and self.total and not self._holds(place):
            # The shown rows stay until the rows around the new position are read.
            self._going = place
            self._read_window(place)
            return
        self._going = None
        if place == self.cursor:
            return
        before, self.cursor = self.cursor, place
        self._refresh_row(before)
        self._refresh_row(place)
        self._follow()
        self.post_message(self.Moved(self.row))

    def _follow(self) -> None:
        if not self.size.height:
            return  # the widget has no size yet; `on_resize` calls this method again
        top = self._top_for(self.cursor)
        if top != self.scroll_offset.y:  # `force`: the scrollbar may not be shown yet
            self.scroll_to(y=top, animate=False, immediate=True, force=True)

    def on_scroll_to(self, event: ScrollTo) -> None:
        """Scroll to the dragged thumb at once, without reading or drawing the rows between.

        The cursor stays on its record.
        """
        event.prevent_default()
        event.stop()
        self.scroll_to(event.x, event.y, animate=False, immediate=True, force=True)

    # Drawing

    def on_resize(self) -> None:
        """Arrange the columns for the new width, and read the rows that become visible."""
        self._arrange()
        self._follow()
        self._read_missing()

    def _arrange(self) -> None:
        self._place(self._arrangement.skipped)
        self.virtual_size = Size(self.size.width, self.total + HEADING)

    def _place(self, skip: int) -> None:
        before = self._placed
        self._arrangement = arrange(
            self._columns, self._room if self._left else self.scrollable_content_region.width,
            wide=self.wide, hidden=self.hidden, chosen=self.chosen, skip=skip,
            lengths=self._lengths,
        )  # fmt: skip
        if [placed.column for placed in self._placed] != [placed.column for placed in before]:
            self.post_message(self.Rearranged())

    def _refresh_row(self, place: int) -> None:
        y = place - self.scroll_offset.y + HEADING
        if HEADING <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        base = self.rich_style
        if y < HEADING:
            style = base + self.get_component_rich_style("record-table--heading", partial=True)
            return self._strip([Segment(self._headings(), style)], style)
        place = self.scroll_offset.y + y - HEADING
        if place >= self.total:
            return Strip.blank(self.size.width, base)
        row = self._row_at(place)
        at_cursor = place == self.cursor
        marked = row is not None and row.key in self.marks
        style = base
        if marked:
            style += self.get_component_rich_style("record-table--marked", partial=True)
        if at_cursor:
            style += self.get_component_rich_style("record-table--cursor", partial=True)
        # A dialog has a pointer of its own, and so have details.
        points = at_cursor and self.app.screen is self.screen and not self._is_pointed_beside
        run = ("▌" if points else " ") + ("●" if marked else " ")
        parts: list[Segment] = []
        for text, tone in self._cells(row):
            if tone in COLOURED and not at_cursor and not marked:
                toned = self.get_component_rich_style(f"tone--{tone}", partial=True)
                parts += [Segment(run, style), Segment(text, style + toned)]
                run = " " * GAP
            else:
                run += text + " " * GAP
        parts.append(Segment(run[:-GAP], style))
        return self._strip(parts, style)

    def _headings(self) -> str:
        """Return the line of headings, with `‹` and `›` where columns are out of view."""
        line = ("‹ " if self._arrangement.skipped else "  ") + (" " * GAP).join(
            self._heading(placed) for placed in self._placed
        )
        if not self._arrangement.goes_on:
            return line
        return fitted(line.rstrip(), self.scrollable_content_region.width - 1) + "›"

    def _heading(self, placed: Placed) -> str:
        label = _(placed.column.label)
        if self.sort is not None and placed.column.name == self.sort.column:
            arrow = "▼" if self.sort.descending else "▲"
            gap = " " if cell_len(label) < placed.width - 1 else ""
            label += gap + arrow
        return aligned(label, placed.width, placed.column.kind)

    def _cells(self, row: Row | None) -> list[tuple[str, Tone | None]]:
        """Return the text of each cell, and the tone in which it is shown."""
        if row is None:
            return [(fitted("…", placed.width), None) for placed in self._placed]
        at, cells = self._clock(), []
        for placed in self._placed:
            column, value = placed.column, row.values[placed.place]
            text = sign_of(column, value) + cell_text(column, value, at)
            cells.append((aligned(text, placed.width, column.kind), tone_of(column, value, at)))
        return cells

    def _strip(self, parts: list[Segment], style: Style) -> Strip:
        """Return a line of the screen."""
        return Strip(parts).adjust_cell_length(self.size.width, style)
