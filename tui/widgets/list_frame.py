"""The interface of a list screen to its parts: its table, and the query that fills the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.lists.filter_parser import NO_FILTER, Filter
from partnerdesk.models.lists.query import Query
from partnerdesk.tui.widgets.detail_screen import DetailScreen

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.lists.spec import ListSpec, RowKey, Sort
    from partnerdesk.models.session import AppSession


class ListFrame(DetailScreen):
    """A screen with one list, as its parts see it; `ListScreen` implements the methods."""

    SPEC: ClassVar[ListSpec]

    def __init__(self, desk: AppSession) -> None:
        super().__init__(desk)
        self.filter: Filter = NO_FILTER
        self.sort: Sort = self.SPEC.default_sort

    def query_of(self, scope: Scope) -> Query:
        """Return the query of the current filter and sort in `scope`."""
        at = to_millis(self.desk.clock())
        return Query(self.SPEC, scope.ids, self.filter, self.sort, at=at)

    def show_rows(self, keep: RowKey = 0, *, near: bool = True) -> None:
        """Start to show the rows of the current account, filter and sort."""
        raise NotImplementedError

    async def show_rows_now(self, keep: RowKey = 0, *, near: bool = True) -> None:
        """Show the rows of the current account, filter and sort, and wait until they are shown."""
        self.show_rows(keep, near=near)
        await self.settled()

    def show_state(self, scope: Scope) -> None:
        """Show the number of rows, the filter and the view in the status line."""
        raise NotImplementedError

    def remember(self) -> None:
        """Store the state of the list: filter, sort, cursor and view."""
        raise NotImplementedError

    async def do_open(self) -> None:
        """Open the row under the cursor."""
        raise NotImplementedError
