"""The marked rows of a list, and how many of them the filter hides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from partnerdesk.models.languages import ngettext
from partnerdesk.models.lists.filter_parser import NO_FILTER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.tui.widgets.list_frame import ListFrame

MANY = 1_000
"""With more marks than this, all keys of the list are read instead of the marked ones."""


class ListMarks:
    """The marked rows of a list; they stay marked under any filter and sort."""

    def __init__(self, screen: ListFrame) -> None:
        self._screen = screen

    async def toggle(self) -> None:
        """Mark the row under the cursor, or unmark it."""
        screen = self._screen
        await screen.table.toggle_mark()
        if screen.desk.scope is not None:
            screen.show_state(screen.desk.scope)

    async def toggle_all(self) -> None:
        """Mark all rows of the filter; unmark them if all are marked."""
        screen, scope = self._screen, self._screen.desk.scope
        if scope is None:
            return
        keys = await screen.desk.reader.ask(screen.query_of(scope).all_keys)
        screen.table.mark(keys, marked=not screen.table.marks.issuperset(keys))
        screen.show_state(scope)

    async def keys(self) -> list[RowKey]:
        """Return the keys of the marked rows in list order; without marks, of the cursor's row.

        Marked rows that the filter hides are included on purpose.
        """
        screen, scope = self._screen, self._screen.desk.scope
        marks = screen.table.marks
        if not marks or scope is None:
            row = await screen.table.row_there()
            return [row.key] if row is not None else []
        query = replace(screen.query_of(scope), filter=NO_FILTER, keys=tuple(sorted(marks)))
        return await screen.desk.reader.ask(lambda book: [row.key for row in query.walk(book)])

    def text(self) -> str:
        """Return how many rows are marked, as text; empty for none."""
        marks = len(self._screen.table.marks)
        return ngettext("{count} marked", "{count} marked", marks) if marks else ""

    async def hidden_text(self) -> str:
        """Return how many marked rows the filter hides, as text; empty for none."""
        screen, scope = self._screen, self._screen.desk.scope
        marks = screen.table.marks
        if not marks or scope is None:
            return ""
        query = replace(screen.query_of(scope), keys=tuple(sorted(marks)))
        seen = await screen.desk.reader.ask(query.count)
        if seen == len(marks):
            return ""
        return ngettext(
            "({count} hidden by the filter)", "({count} hidden by the filter)", len(marks) - seen
        )

    def forget_lost(self) -> None:
        """Unmark rows that are no longer in the list."""
        screen, scope = self._screen, self._screen.desk.scope
        marks = screen.table.marks
        if not marks or scope is None:
            return
        keys = tuple(sorted(marks)) if len(marks) <= MANY else None
        query = replace(screen.query_of(scope), filter=NO_FILTER, keys=keys)

        def left(keys: Sequence[RowKey]) -> None:
            if lost := marks.difference(keys):
                screen.table.mark(lost, marked=False)
                screen.show_state(scope)

        counter = screen.desk.counters[0]
        screen.read(lambda: counter.ask(query.all_keys), left, group="marks")
