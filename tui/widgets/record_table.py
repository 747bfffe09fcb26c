"""The one table of the console: columns from a spec, rows from a source, a window of them held."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from models.errors import DeskError
from models.languages import _
from models.lists import ListedRows, Row, RowKey, Sort, cell_text
from tui.widgets.record_layout import GAP, GUTTER, Placed, arrange, fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from rich.style import Style
    from textual.events import Click

    from models.lists import Column, RowSource

HEADING = 1
"""Lines of the heading, which does not scroll."""
SPARE_PAGES = 2
"""Pages of rows held above and below those that are seen."""


class RecordTable(ScrollView, can_focus=True):
    """A list of records of any length.

    It asks its source only for the rows around those it shows. The cursor belongs to a record,
    not to a place: when rows come, go or are sorted anew, it stays on its record.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record-table--heading",
        "record-table--cursor",
        "record-table--marked",
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
        Binding("up,k", "move(-1)", show=False, id="list.up"),
        Binding("down,j", "move(1)", show=False, id="list.down"),
        Binding("pageup,ctrl+b", "page(-1)", show=False, id="list.page-up"),
        Binding("pagedown,ctrl+f", "page(1)", show=False, id="list.page-down"),
        Binding("home", "first", show=False, id="list.first"),
        Binding("end,G", "last", show=False, id="list.last"),
        Binding("left", "sideways(-10)", show=False, id="list.left"),
        Binding("right", "sideways(10)", show=False, id="list.right"),
    ]

    class Opened(Message):
        """A record was clicked twice."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    class Moved(Message):
        """The cursor came to another record."""

        def __init__(self, row: Row | None) -> None:
            super().__init__()
            self.row = row

    class Failed(Message):
        """Rows could not be read; those that were shown stay."""

        def __init__(self, error: DeskError) -> None:
            super().__init__()
            self.error = error

    class HeadingClicked(Message):
        """A column's heading was clicked."""

        def __init__(self, column: Column) -> None:
            super().__init__()
            self.column = column

    def __init__(
        self, columns: Sequence[Column], clock: Callable[[], datetime], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._columns = columns
        self._clock = clock
        self._source: RowSource = ListedRows(())
        self._placed: list[Placed] = []
        self._rows: list[Row] = []
        self._start = 0
        self._asked = 0
        self._wanted: RowKey = 0
        self._width = 0
        self._sideways = 0
        self.total = 0
        """How many rows the source has."""
        self.cursor = 0
        """Place of the cursor."""
        self.sort: Sort | None = None
        """What the heading shows as the sort."""
        self.wide = False
        """Whether the wide-only columns are shown."""
        self.hidden: frozenset[str] = frozenset()
        """Names of columns that say nothing here, such as the cloud where there is only one."""
        self.marks: set[RowKey] = set()
        """Keys of the marked rows; they stay marked under any filter and sort."""

    # What it shows

    async def show(self, source: RowSource, *, sort: Sort | None = None, keep: RowKey = 0) -> bool:
        """Show the rows of another source, with the cursor on `keep` where it is among them.

        Nothing on the screen changes before the new rows are there. Returns False, and changes
        nothing, where it was asked for something newer in the meantime.

        Raises:
            StoreError: the source cannot be read; what was shown stays.
        """
        self._asked += 1
        asked = self._asked
        self._wanted = keep = keep or self._wanted  # a newer question without a wish keeps the old
        while True:
            key = keep or self._key
            total = await source.count()
            place = await source.position_of(key) if key else None
            cursor = place if place is not None else min(self.cursor, max(total - 1, 0))
            start, length = self._window_around(cursor, total)
            rows = await source.window(start, length)
            if asked != self._asked:
                return False
            if keep or key == self._key:
                break  # else the person moved on meanwhile: show where the cursor is now
        self._source, self.total, self.sort = source, total, sort
        self._rows, self._start, self.cursor = rows, start, cursor
        self._wanted = 0
        self._arrange()
        self._follow()
        self.refresh()
        self.post_message(self.Moved(self.row))
        return True

    @property
    def _key(self) -> RowKey:
        return self.row.key if self.row is not None else 0

    @property
    def row(self) -> Row | None:
        """The record under the cursor; None where there is none, or it is not read yet."""
        return self._row_at(self.cursor)

    def set_wide(self, *, wide: bool) -> None:
        """Show or hide the wide-only columns."""
        self.wide = wide
        self._sideways = 0
        self._arrange()
        self.refresh()

    def shown_columns(self) -> list[Column]:
        """Return the columns that are shown now, from left to right."""
        return [placed.column for placed in self._placed]

    def mark(self, keys: Iterable[RowKey], *, marked: bool = True) -> None:
        """Mark rows, or take the marks off."""
        if marked:
            self.marks.update(keys)
        else:
            self.marks.difference_update(keys)
        self.refresh()

    async def toggle_mark(self) -> None:
        """Mark the record under the cursor, or take its mark off, and go on to the next."""
        row = await self.row_there()
        if row is None:
            return
        self.marks.symmetric_difference_update({row.key})
        self._refresh_row(self.cursor)
        self.action_move(1)

    # Where it is

    def action_move(self, by: int) -> None:
        """Move the cursor by some rows."""
        self._go(self.cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by some pages."""
        self._go(self.cursor + by * max(self._page - 1, 1))

    async def row_there(self) -> Row | None:
        """Return the record under the cursor, read first where it is not there yet.

        So a key typed ahead acts on the record that the key before it went to.
        """
        if self.row is None and self.total:
            await self._read_window(self.cursor)
        return self.row

    def action_first(self) -> None:
        """Go to the first row."""
        self._go(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self._go(self.total - 1)

    def action_sideways(self, by: int) -> None:
        """Scroll sideways where the columns do not fit; the first column stays."""
        wanted = min(max(self._sideways + by, 0), max(self._width - self.size.width, 0))
        if wanted != self._sideways:
            self._sideways = wanted
            self.refresh()

    def on_click(self, event: Click) -> None:
        """Put the cursor on the clicked row; a second click opens it."""
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
            if placed is self._placed[0]:
                left -= self._sideways

    def _go(self, place: int) -> None:
        place = min(max(place, 0), max(self.total - 1, 0))
        if place == self.cursor:
            return
        before, self.cursor = self.cursor, place
        self._refresh_row(before)
        self._refresh_row(place)
        self._follow()
        if self.row is not None:
            self.post_message(self.Moved(self.row))

    def _follow(self) -> None:
        """Scroll so that the cursor is seen."""
        top = self.scroll_offset.y
        if self.cursor < top:
            top = self.cursor
        elif self.cursor >= top + self._page:
            top = self.cursor - self._page + 1
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Read the rows that come into sight."""
        super().watch_scroll_y(old_value, new_value)
        self._read_what_is_missing()

    # Its window of rows

    @property
    def _page(self) -> int:
        return max(self.size.height - HEADING, 1)

    def _row_at(self, place: int) -> Row | None:
        index = place - self._start
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def _window_around(self, place: int, total: int) -> tuple[int, int]:
        spare = SPARE_PAGES * max(self._page, 20)
        start = max(min(place, total - self._page) - spare, 0)
        return start, self._page + 2 * spare

    def _read_what_is_missing(self) -> None:
        first = self.scroll_offset.y
        last = min(first + self._page, self.total) - 1
        if self.total and (self._row_at(first) is None or self._row_at(last) is None):
            self.run_worker(self._read_window(first), group="window", exclusive=True)

    async def _read_window(self, place: int) -> None:
        source = self._source
        start, length = self._window_around(place, self.total)
        try:
            rows = await source.window(start, length)
        except DeskError as error:
            self.post_message(self.Failed(error))
            return
        if source is self._source:
            self._rows, self._start = rows, start
            self.refresh()
            self.post_message(self.Moved(self.row))

    # How it is drawn

    def on_resize(self) -> None:
        """Give the columns the room there is."""
        self._arrange()
        self._follow()
        self._read_what_is_missing()

    def _arrange(self) -> None:
        room = self.scrollable_content_region.width
        self._placed = arrange(self._columns, room, wide=self.wide, hidden=self.hidden)
        self._width = GUTTER + sum(placed.width + GAP for placed in self._placed) - GAP
        self.virtual_size = Size(self.size.width, self.total + HEADING)

    def _refresh_row(self, place: int) -> None:
        y = place - self.scroll_offset.y + HEADING
        if HEADING <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        base = self.rich_style
        if y < HEADING:
            style = base + self.get_component_rich_style("record-table--heading", partial=True)
            return self._strip("  ", [self._heading(placed) for placed in self._placed], style)
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
        gutter = ("▌" if at_cursor else " ") + ("●" if marked else " ")
        return self._strip(gutter, self._cells(row), style)

    def _heading(self, placed: Placed) -> str:
        label = _(placed.column.label)
        if self.sort is not None and placed.column.name == self.sort.column:
            arrow = "▼" if self.sort.descending else "▲"
            gap = " " if cell_len(label) < placed.width - 1 else ""
            return fitted(label + gap + arrow, placed.width)
        return fitted(label, placed.width)

    def _cells(self, row: Row | None) -> list[str]:
        if row is None:
            return [fitted("…", placed.width) for placed in self._placed]
        at = self._clock()
        return [
            fitted(cell_text(placed.column, row.values[placed.place], at), placed.width)
            for placed in self._placed
        ]

    def _strip(self, gutter: str, cells: list[str], style: Style) -> Strip:
        width = self.size.width
        if self._width <= width or not cells:
            text = gutter + (" " * GAP).join(cells)
            return Strip([Segment(text, style)]).adjust_cell_length(width, style)
        # The first column stays, the others scroll under it.
        first = gutter + cells[0] + " " * GAP
        fixed = GUTTER + self._placed[0].width + GAP
        rest = Strip([Segment((" " * GAP).join(cells[1:]), style)], self._width - fixed)
        rest = rest.crop(self._sideways, self._sideways + width - fixed)
        return Strip([Segment(first, style), *rest]).adjust_cell_length(width, style)
