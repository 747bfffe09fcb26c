"""Marked rows of a list: which they are, and how many of them the filter hides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from partnerdesk.models.languages import ngettext
from partnerdesk.models.lists.filter_parser import NO_FILTER
from partnerdesk.tui.widgets.list_views import ViewsScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.lists.query import Query
    from partnerdesk.models.lists.spec import RowKey

MANY = 1_000
"""Marks that are not asked for one by one."""


class MarksScreen(ViewsScreen):
    """A list whose rows can be marked; they stay marked under any filter and sort."""

    def query_of(self, scope: Scope) -> Query:
        """Return the query whose rows are shown."""
        raise NotImplementedError

    async def do_mark(self) -> None:
        """Mark the row under the cursor, or unmark it."""
        await self.table.toggle_mark()
        if self.desk.scope is not None:
            self.show_state(self.desk.scope)

    async def do_mark_all(self) -> None:
        """Mark all shown rows; unmark them where they all are marked."""
        scope = self.desk.scope
        if scope is None:
            return
        keys = await self.desk.reader.ask(self.query_of(scope).all_keys)
        self.table.mark(keys, marked=not self.table.marks.issuperset(keys))
        self.show_state(scope)

    async def chosen_keys(self) -> list[RowKey]:
        """Return the marked rows in the order of the list; else the one under the cursor, if any.

        Marked rows that the filter hides are among them: they were marked to be.
        """
        scope, marks = self.desk.scope, self.table.marks
        if not marks or scope is None:
            row = await self.table.row_there()
            return [row.key] if row is not None else []
        query = replace(self.query_of(scope), filter=NO_FILTER, keys=tuple(sorted(marks)))
        return await self.desk.reader.ask(lambda book: [row.key for row in query.walk(book)])

    async def hidden_text(self) -> str:
        """Return in words how many marked rows the filter hides; empty where it hides none."""
        scope, marks = self.desk.scope, self.table.marks
        if not marks or scope is None:
            return ""
        query = replace(self.query_of(scope), keys=tuple(sorted(marks)))
        seen = await self.desk.reader.ask(query.count)
        if seen == len(marks):
            return ""
        return ngettext(
            "({count} hidden by the filter)", "({count} hidden by the filter)", len(marks) - seen
        )

    def forget_lost_marks(self) -> None:
        """Take the marks off rows that are no longer in the list."""
        scope, marks = self.desk.scope, self.table.marks
        if not marks or scope is None:
            return
        keys = tuple(sorted(marks)) if len(marks) <= MANY else None
        query = replace(self.query_of(scope), filter=NO_FILTER, keys=keys)

        def left(keys: Sequence[RowKey]) -> None:
            if lost := marks.difference(keys):
                self.table.mark(lost, marked=False)
                self.show_state(scope)

        counter = self.desk.counters[0]
        self.read(lambda: counter.ask(query.all_keys), left, group="marks")
