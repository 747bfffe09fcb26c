"""The window of rows that a table keeps in memory: the rows around the visible ones."""

from __future__ import annotations

import asyncio
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from textual.message import Message
from textual.scroll_view import ScrollView

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.lists.row_source import ListedRows, Opening, RowsRequest
from partnerdesk.tui.widgets.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from partnerdesk.models.lists.row_source import RowSource
    from partnerdesk.models.lists.spec import Row, RowKey, Sort

HEADING = 1
"""Lines of the heading, which does not scroll."""
SPARE_PAGES = 2
"""Pages of rows kept in memory above and below the visible rows."""
PATIENCE, LEAST_PATIENCE = 0.05, 0.01
"""Seconds that rows wait for their count, so that one frame shows both: counted from the request,
and the minimum if reading the rows took longer."""
SLOW = 0.5
"""Seconds after which the table reports that reading takes long."""

Answer = TypeVar("Answer")


class _Opened(NamedTuple):
    """The first rows of a source, and the count that may still be running."""

    source: RowSource
    sort: Sort | None
    opening: Opening
    settling: asyncio.Future[tuple[int, int]]
    """The counted start and total of the rows."""


class RecordWindow(ScrollView, Reads):
    """A window of rows over a source of any length, and the record under the cursor.

    Rows are shown before they are counted, and only the latest request is answered, so that a key
    held down never builds a queue.
    """

    class Moved(Message, namespace="record_table"):
        """The cursor moved to another record."""

        def __init__(self, row: Row | None) -> None:
            super().__init__()
            self.row = row

    class Shown(Message, namespace="record_table"):
        """The rows of another source are shown."""

        def __init__(self, source: RowSource) -> None:
            super().__init__()
            self.source = source

    class Failed(Message, namespace="record_table"):
        """Rows could not be read; the shown rows stay."""

        def __init__(self, error: AppError, source: RowSource | None = None) -> None:
            super().__init__()
            self.error = error
            self.source = source
            """The source that was to be shown; None if more rows of the shown source failed."""

    class Counted(Message, namespace="record_table"):
        """The shown rows have been counted."""

    class Slow(Message, namespace="record_table"):
        """Reading takes long, or a long read has ended."""

        def __init__(self, *, is_over: bool) -> None:
            super().__init__()
            self.is_over = is_over

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._source: RowSource = ListedRows(())
        self._rows: list[Row] = []
        self._start = 0
        self._wanted: RowKey = 0
        self._settling: asyncio.Future[tuple[int, int]] | None = None
        """The running count of the latest rows."""
        self._going: int | None = None
        """The position to which the cursor moves when the rows around it are read."""
        self.total = 0
        """The number of rows of the source."""
        self.is_counted = True
        """Whether `total` and positions are counted; else they are estimates for the scroll bar."""
        self._then: int | None = None
        """The position to go to when the rows are counted; negative from the end."""
        self.cursor = 0
        """The position of the cursor, from 0."""
        self.sort: Sort | None = None
        """The sort that the heading shows."""

    # Showing a source

    def show(
        self, source: RowSource, *, sort: Sort | None = None, keep: RowKey = 0, near: bool = True
    ) -> None:
        """Start to show the rows of another source, with the cursor on the record `keep`.

        The screen does not change until the new rows are read; then `Shown` is posted, or `Failed`
        if they cannot be read. If counting takes longer, the rows are shown before they are
        counted, and `is_counted` is false until then. A later call replaces a running one.

        Args:
            source: the source of the rows.
            sort: the sort that the heading shows.
            keep: the key of the cursor's record; 0 for the current record, -1 for the first.
            near: if that record is not among the rows, begin at its position, else at the first.
        """
        self._wanted = keep or self._wanted  # a later call without `keep` reuses the pending key
        if not near:
            self._going = self._then = None  # pending positions belong to the old rows
        self.read(
            partial(self._opened, source, sort, near=near),
            self._take,
            lambda error: self._cannot_show(error, source),
            group="rows",
        )

    def show_all(self, rows: Sequence[Row]) -> None:
        """Show rows from memory at once; the cursor stays on its record, else at its position."""
        self.stop_reading("rows")
        keys = [row.key for row in rows]
        place = keys.index(self._key) if self._key in keys else min(self.cursor, len(rows) - 1)
        opening = Opening([*rows], max(place, 0), 0, len(rows))
        self._show_opening(ListedRows(rows), None, opening, (0, len(rows)))

    async def jump_to(self, text: str) -> None:
        """Go to the first row whose value in the sorted column begins with `text` or follows it.

        Raises:
            AppError: the source cannot be read, or `text` is no value of the sorted column.
        """
        await self.read_out("rows")
        source, page, spare = self._source, self._page, self._spare
        request = RowsRequest(0, spare, page + spare, page, text=text)
        begun = monotonic()
        opening = await self._report_slow(source.opening(request))
        opened = await self._settled_soon(source, self.sort, opening, begun)
        if source is self._source:
            self._take(opened)

    async def _opened(self, source: RowSource, sort: Sort | None, *, near: bool) -> _Opened:
        begun = monotonic()
        while True:
            keep = self._wanted
            key = keep or self._key
            opening = await self._report_slow(source.opening(self._request(key, sort, near=near)))
            if keep or key == self._key:
                break  # else the cursor moved meanwhile: read the rows around its new record
        return await self._settled_soon(source, sort, opening, begun)

    async def _settled_soon(
        self, source: RowSource, sort: Sort | None, opening: Opening, begun: float
    ) -> _Opened:
        """Return the first rows of a source, and wait a moment for their count."""
        left = PATIENCE - (monotonic() - begun)
        if self._settling is not None:
            self._settling.cancel()  # the count of earlier rows is no longer needed
        self._settling = settling = asyncio.ensure_future(source.settle(opening))
        try:
            await asyncio.wait({settling}, timeout=max(left, LEAST_PATIENCE))
        except asyncio.CancelledError:
            settling.cancel()
            raise
        return _Opened(source, sort, opening, settling)

    def _take(self, opened: _Opened) -> None:
        """Show the first rows of a source; if their count is still running, wait in a read."""
        source, sort, opening, settling = opened
        try:
            counted = settling.result() if settling.done() else None
        except AppError as error:
            self._cannot_show(error, source)
            return
        self._show_opening(source, sort, opening, counted)
        if counted is None:
            self.read(
                partial(self._report_slow, settling), partial(self._settle, source),
                self._cannot_read, group="settle", beside=True,
            )  # fmt: skip

    def _cannot_show(self, error: AppError, source: RowSource) -> None:
        self.post_message(self.Failed(error, source))

    def _cannot_read(self, error: AppError) -> None:
        self._going = None
        self.post_message(self.Failed(error))

    def _request(self, key: RowKey, sort: Sort | None, *, near: bool) -> RowsRequest:
        beside = self.row if near and sort == self.sort and key >= 0 else None
        place = self.cursor if near and key >= 0 else 0
        page, spare = self._page, self._spare
        return RowsRequest(max(key, 0), spare, page + spare, page, near=beside, place=place)

    def _show_opening(
        self,
        source: RowSource,
        sort: Sort | None,
        opening: Opening,
        counted: tuple[int, int] | None,
    ) -> None:
        """Show the first rows of a source; estimate start and total if not counted yet."""
        start, total = counted or (opening.start, opening.total)
        if start is None:
            start = max(self.cursor - opening.cursor, 0)
        if total is None:
            total = max(self.total, start + len(opening.rows))
        self._source, self.sort, self.is_counted = source, sort, counted is not None
        self._rows, self._start, self.total = opening.rows, start, total
        self.cursor = start + opening.cursor
        going, self._going = self._going, None
        self._wanted = 0
        self._take_room()
        self._arrange()
        self._follow()
        self.refresh()
        self.post_message(self.Shown(source))
        self.post_message(self.Moved(self.row))
        if going is not None:
            self._go(going)
        elif self.is_counted:
            self._go_on()

    def _settle(self, source: RowSource, counted: tuple[int, int]) -> None:
        """Apply the counted start and total to the shown rows; the visible rows stay."""
        if source is not self._source or self.is_counted:
            return
        start, total = counted
        shift, top = start - self._start, self.scroll_offset.y
        self._start, self.total, self.is_counted = start, total, True
        self.cursor += shift
        self._arrange()
        if shift:
            self.scroll_to(y=top + shift, animate=False, immediate=True, force=True)
        self.post_message(self.Counted())
        self._go_on()
        self._read_missing()

    def _go_on(self) -> None:
        """Go to the position that keys asked for while the rows were not counted."""
        then, self._then = self._then, None
        if then is not None:
            self._go(then if then >= 0 else self.total + then)

    async def _report_slow(self, reading: Awaitable[Answer]) -> Answer:
        """Await `reading`; post `Slow` if it takes longer than `SLOW` seconds."""
        task = asyncio.ensure_future(reading)
        try:
            done, _late = await asyncio.wait({task}, timeout=SLOW)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if done:
            return task.result()
        self.post_message(self.Slow(is_over=False))
        try:
            return await task
        finally:
            self.post_message(self.Slow(is_over=True))

    @property
    def _key(self) -> RowKey:
        return self.row.key if self.row is not None else 0

    @property
    def row(self) -> Row | None:
        """The record under the cursor; None if there is none or it is not read yet."""
        return self._row_at(self.cursor)

    # The cursor

    async def row_there(self) -> Row | None:
        """Return the record under the cursor, after waiting for reads and moves.

        Thus a key typed ahead acts on the record to which the previous key moved the cursor.
        """
        await self.read_out("rows")
        if self._then is not None:
            await self.read_out("settle")
        if self.row is None and self.total and self._going is None:
            self._read_window(self.cursor)
        await self.read_out("window")
        return self.row

    async def has_one(self) -> bool:
        """Return whether the source has exactly one row; wait for the count if needed."""
        await self.read_out("rows")
        if len(self._rows) == 1:
            await self.read_out("settle")
        return self.is_counted and self.total == 1

    def _go(self, place: int) -> None:
        """Put the cursor on the row at position `place`."""
        raise NotImplementedError

    def _follow(self) -> None:
        """Scroll so that the cursor is visible."""
        raise NotImplementedError

    def _take_room(self) -> None:
        """Take the width that the columns can use."""
        raise NotImplementedError

    def _arrange(self) -> None:
        """Adapt the columns and the virtual size to the number of rows and the width."""
        raise NotImplementedError

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Read the rows that become visible."""
        super().watch_scroll_y(old_value, new_value)
        self._read_missing()

    # The window of rows

    @property
    def _page(self) -> int:
        return max(self.size.height - HEADING, 1)

    def _row_at(self, place: int) -> Row | None:
        index = place - self._start
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def in_view(self) -> list[Row]:
        """Return the rows that are in view, as far as they are read."""
        top = round(self.scroll_y)
        rows = (self._row_at(place) for place in range(top, top + self._page))
        return [row for row in rows if row is not None]

    @property
    def _spare(self) -> int:
        return SPARE_PAGES * max(self._page, 20)

    def _window_around(self, place: int, total: int) -> tuple[int, int]:
        start = max(min(place, total - self._page) - self._spare, 0)
        return start, self._page + 2 * self._spare

    def _read_missing(self) -> None:
        first = self.scroll_offset.y
        last = min(first + self._page, self.total) - 1
        if (
            self.is_counted
            and self.total
            and (self._row_at(first) is None or self._row_at(last) is None)
        ):
            self._read_window(first)

    def _holds(self, place: int) -> bool:
        """Return whether all rows visible with the cursor at `place` are in memory."""
        top = self._top_for(place)
        last = min(top + self._page, self.total) - 1
        return self._row_at(top) is not None and self._row_at(last) is not None

    def _top_for(self, place: int) -> int:
        """Return the position of the first visible row with the cursor at `place`."""
        top = self.scroll_offset.y
        return min(max(top, place - self._page + 1), place)

    def _read_window(self, place: int) -> None:
        """Start to read the rows around a position; the shown rows stay until then."""
        source, rows = self._source, self._rows
        start, length = self._window_around(place, self.total)
        ends = {self._start: rows[0], self._start + len(rows) - 1: rows[-1]} if rows else {}
        known = [(place, row) for place, row in ends.items() if row.sorted_by is not None]

        def take(read: list[Row]) -> None:
            if source is not self._source:
                return
            self._rows, self._start = read, start
            going, self._going = self._going, None
            if going is not None:
                self.cursor = going
                self._follow()
            self.refresh()
            self.post_message(self.Moved(self.row))

        self.read(
            lambda: self._report_slow(source.window(start, length, self.total, known)),
            take, self._cannot_read, group="window", beside=True,
        )  # fmt: skip
