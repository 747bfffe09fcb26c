"""The number of rows of a list, with its filter and without."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from partnerdesk.models.languages import _, number
from partnerdesk.models.lists.filter_parser import NO_FILTER

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.session import BookState
    from partnerdesk.tui.widgets.list_frame import ListFrame


class ListCounts:
    """Counts the rows without the filter, once for each account and state of the book."""

    def __init__(self, screen: ListFrame) -> None:
        self._screen = screen
        self._all: int | None = 0
        """The number of rows without the filter; None while they are being counted."""
        self._all_of: object = None
        """The account and the state of the book for which `_all` was counted."""

    def count_all(self, scope: Scope, asked_in: BookState, *, filtered: bool) -> None:
        """Count the rows without the filter, unless that number is known.

        Without a filter, the table has counted the rows already. The shown rows were requested in
        the state `asked_in`, which may be older than the current state.
        """
        screen, table = self._screen, self._screen.table
        state = screen.desk.state
        if not filtered:
            self._all, self._all_of = table.total if table.is_counted else None, asked_in
        elif state != self._all_of or self._all is None:
            self._all, self._all_of = None, state
            unfiltered = replace(screen.query_of(scope), filter=NO_FILTER)

            def counted(count: int) -> None:
                self._all = count
                screen.show_state(scope)

            counter = screen.desk.counters[0]
            screen.read(lambda: counter.ask(unfiltered.count), counted, group="all", beside=True)

    def of_all(self) -> str:
        """Return how many of all rows the filter shows, as text."""
        table = self._screen.table
        shown = number(table.total) if table.is_counted else "…"
        everything = "…" if self._all is None else number(self._all)
        return _("{shown} of {all}").format(shown=shown, all=everything)
