"""How many rows a list has, with its filter and without it."""

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
    """Counts the rows that the filter leaves out, once for each account and state of the book."""

    def __init__(self, screen: ListFrame) -> None:
        self._screen = screen
        self._all: int | None = 0
        """How many rows there are without the filter; None while they are being counted."""
        self._all_of: object = None
        """The account and the state of the book in which they were counted."""

    def count_all(self, scope: Scope, asked_in: BookState, *, filtered: bool) -> None:
        """See to it that all rows are counted; those that are shown count themselves.

        They were asked for in the state `asked_in`: what is known by now may be newer than they.
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
        """Return how many of all rows the filter shows, in words."""
        table = self._screen.table
        shown = number(table.total) if table.is_counted else "…"
        everything = "…" if self._all is None else number(self._all)
        return _("{shown} of {all}").format(shown=shown, all=everything)
