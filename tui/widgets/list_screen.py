"""The base of every list screen: filter, sort, wide mode, and the saved state per account."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from textual.getters import query_one

from partnerdesk.models.core.errors import FilterError
from partnerdesk.models.languages import _
from partnerdesk.models.lists.details import row_details
from partnerdesk.models.lists.filter_parser import NO_FILTER, Filter
from partnerdesk.models.lists.list_state import View
from partnerdesk.models.lists.spec import Sort
from partnerdesk.models.lists.store_rows import StoreRows
from partnerdesk.tui.widgets.empty_place import EmptyPlace, no_match
from partnerdesk.tui.widgets.list_columns import COLUMNS, ListColumns
from partnerdesk.tui.widgets.list_counts import ListCounts
from partnerdesk.tui.widgets.list_frame import ListFrame
from partnerdesk.tui.widgets.list_marks import ListMarks
from partnerdesk.tui.widgets.list_questions import JUMP, ListQuestions
from partnerdesk.tui.widgets.list_views import VIEW, ListViews
from partnerdesk.tui.widgets.record_table import RecordTable
from partnerdesk.tui.widgets.sections import sections_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.app import ComposeResult

    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.lists.saved_views import Kept
    from partnerdesk.models.lists.spec import Row, RowKey
    from partnerdesk.models.session import AppSession, BookState
    from partnerdesk.tui.widgets.actions import Action
    from partnerdesk.tui.widgets.empty_place import Emptiness
    from partnerdesk.tui.widgets.sections import Section


LIST_ACTIONS = (VIEW, COLUMNS, JUMP)
"""Actions of every list, besides its own."""


class _Asked(NamedTuple):
    """A request to the table to show rows."""

    source: StoreRows
    scope: Scope
    filter: Filter
    state: BookState
    """The state of the book at the request; the rows may be newer."""


class ListScreen(ListFrame):
    """A list over a spec; subclasses define the count text, the empty text and opening a row."""

    DEFAULT_CSS = """
    ListScreen.-empty #empty { display: block; }
    ListScreen.-empty RecordTable { display: none; }
    """

    empty = query_one("#empty", EmptyPlace)

    def __init__(self, desk: AppSession) -> None:
        super().__init__(desk)
        self.marks = ListMarks(self)
        self.columns = ListColumns(self)
        self.views = ListViews(self, self.columns)
        self.questions = ListQuestions(self)
        self.counts = ListCounts(self)
        self._source: StoreRows | None = None
        """The last row source; None after a change of the book."""
        self._asked: _Asked | None = None
        """The last request to the table."""
        self._shown_scope = ""
        self._shown_filter: Filter = NO_FILTER
        """The filter of the shown rows; the filter being typed may be newer."""
        self._given: str | None = None
        """The filter that the list was opened with by another screen; None for its saved state."""

    @classmethod
    async def load(cls, desk: AppSession, filter_text: str | None = None) -> Self:
        """Return the list as it was left, or with the rows that a filter finds.

        A given filter is not remembered: the list is found as it was left later on.
        """
        screen = cls(desk)
        screen._given = filter_text
        return screen

    @classmethod
    def all_actions(cls) -> tuple[Action, ...]:
        """Return the list's own actions, those of every list, and those of every screen."""
        actions, own = super().all_actions(), len(cls.ACTIONS)
        return (*actions[:own], *LIST_ACTIONS, *actions[own:])

    # Implemented by subclasses

    def count_text(self, count: int) -> str:
        """Return the number of rows as text, such as "3 customers"."""
        raise NotImplementedError

    def emptiness(self, scope: Scope) -> Emptiness:
        """Return why the list is empty without a filter, and what to do."""
        raise NotImplementedError

    def no_match_text(self) -> str:
        """Return that nothing matches the filter."""
        raise NotImplementedError

    async def open_row(self, row: Row) -> None:
        """Open the row under the cursor."""
        raise NotImplementedError

    # The details beside the list

    TITLES: ClassVar[Mapping[str, str]] = {}
    """What the record's page calls the columns, by their names in JSON."""

    PAGE: ClassVar[str] = ""
    """The name of the screen that shows a record whole; empty if it says no more than the list."""

    @property
    def list_name(self) -> str:
        """The name of the list."""
        return self.SPEC.name

    def row_details(self, row: Row) -> Sequence[Section]:
        """Return all that a row holds, in columns that are shown or not."""
        details = row_details(self.SPEC, row, self.TITLES, self.desk.clock())
        return sections_of(details)

    def read_of(self, row: Row) -> Callable[[], Awaitable[Sequence[Section]]] | None:
        """Return what reads the page of a row."""
        return partial(self.shell.read_details, self.PAGE, row.key) if self.PAGE else None

    # Opening and leaving

    def body(self) -> ComposeResult:
        """Build the table, and the text to show instead of an empty table."""
        yield from self.beside(RecordTable(self.SPEC.columns, self.desk.clock, id=self.SPEC.name))
        yield EmptyPlace(id="empty")

    def on_mount(self) -> None:
        """Show the list in its saved state."""
        self.set_focus(self.table)
        self.shown_state = self.desk.state
        self.scope_chosen()

    def on_record_table_moved(self) -> None:
        """Store the position of the cursor."""
        self.remember()

    def on_screen_suspend(self) -> None:
        """Save the state of the list, in case the process is killed later."""
        self.shell.start(partial(asyncio.to_thread, self.desk.remembered.save))

    # Showing rows

    def scope_chosen(self) -> None:
        """Show another account's rows, in the saved state of its list."""
        if self.desk.scope is None:
            return
        if first := self.desk.take_first_views():  # read at the start, to show the list at once
            self._take_up_scope(self.views.told(first))
        else:
            self.read(self.views.kept_or_nothing, self._take_up_scope, group="scope")

    def _take_up_scope(self, kept: Kept) -> None:
        scope = self.desk.scope
        if scope is None:
            return
        view = self.desk.remembered.view(scope.key, self.SPEC.name)
        if self._given is not None:
            view = View(filter=self._given)
        sortable = {column.name for column in self.SPEC.sortable()}
        self.sort = (
            Sort(view.sort, view.descending) if view.sort in sortable else self.SPEC.default_sort
        )
        try:
            self.filter = self.questions.parsed(view.filter)
        except FilterError:
            self.filter = NO_FILTER
        self.table.marks = self.desk.marks.setdefault((scope.key, self.SPEC.name), set())
        of_one = {"cloud", "account"}  # columns that would say the same in each row
        self.table.hidden = frozenset() if scope.account is None else frozenset(of_one)
        self.views.take_up(kept, view)
        self.table.cursor = 0
        self.show_rows(keep=view.cursor or -1)
        self.marks.forget_lost()

    def book_changed(self) -> None:
        """Read the rows again; the cursor stays on the same row."""
        self._source = None
        self.show_rows()
        self.marks.forget_lost()

    def show_rows(self, keep: RowKey = 0, *, near: bool = True) -> None:
        """Start to show the rows of the current account, filter and sort."""
        scope = self.desk.scope
        if scope is None:
            return
        self._source = StoreRows(
            self.desk.reader, self.query_of(scope), self.desk.counters, self._source
        )
        self._asked = _Asked(self._source, scope, self.filter, self.desk.state)
        self.table.show(self._source, sort=self.sort, keep=keep, near=near)

    def on_record_table_shown(self, event: RecordTable.Shown) -> None:
        """Show the state of the new rows in the status line."""
        asked = self._asked
        if asked is None or event.source is not asked.source:
            return
        self._shown_scope, self._shown_filter = asked.scope.key, asked.filter
        self.counts.count_all(asked.scope, asked.state, filtered=bool(asked.filter.text))
        self.show_state(asked.scope)
        self.shell.unveil()

    def on_record_table_failed(self, event: RecordTable.Failed) -> None:
        """Remove the rows if they belong to another account; the base class shows the error."""
        asked = self._asked
        if asked is None or event.source is not asked.source:
            return
        if asked.scope.key != self._shown_scope:
            self.table.show_all(())

    def on_record_table_rearranged(self) -> None:
        """Show the sort column in the status line if its heading is no longer visible."""
        scope = self.desk.scope
        if scope is not None and scope.key == self._shown_scope:
            self.show_state(scope)

    def on_record_table_counted(self) -> None:
        """Show the number of rows after they were counted."""
        asked = self._asked
        if asked is not None and asked.scope.key == self._shown_scope:
            self.counts.count_all(asked.scope, asked.state, filtered=bool(self._shown_filter.text))
            self.show_state(asked.scope)

    def show_state(self, scope: Scope) -> None:
        """Show the number of rows in the status line; show the table, or the text if empty."""
        self.views.leave_cleared()
        shown_filter, total = self._shown_filter.text, self.table.total
        count = self.count_text(total) if self.table.is_counted else _("counting …")
        filtered = ""
        if shown_filter:
            count = self.counts.of_all()
            filtered = _("filter: {text}").format(text=shown_filter)
        parts = [count, self.marks.text(), filtered, self.views.text(), self.questions.sort_text()]
        self.status.state = " · ".join(filter(None, parts))
        self.questions.tell_count(count)
        self.set_class(self.table.total == 0, "-empty")
        if self.table.total == 0:
            self._say_empty(scope, filtered=bool(shown_filter))
        if not self.prompt.is_open and not (self.in_details and self.table.total):
            self.focus_body()

    def _say_empty(self, scope: Scope, *, filtered: bool) -> None:
        why = self.emptiness(scope)
        if filtered:
            why = no_match(self.no_match_text(), f"{self.SPEC.name}.filter")
        self.empty.say(why.drawing, why.content(self.all_actions(), self.desk.settings.keys))

    def remember(self) -> None:
        """Store the state of the list for its account, unless another screen gave the filter."""
        scope = self.desk.scope
        if scope is None or self._shows_given:
            return
        row, before = self.table.row, self.desk.remembered.view(scope.key, self.SPEC.name)
        away = before.cursor if self.table.total else 0  # the row is not in memory
        view = View(
            filter=self.filter.text, sort=self.sort.column, descending=self.sort.descending,
            wide=self.table.wide, cursor=row.key if row else away,
            view=self.views.word,
        )  # fmt: skip
        self.desk.remembered.keep_view(scope.key, self.SPEC.name, view)

    @property
    def _shows_given(self) -> bool:
        """Whether the filter is the one that another screen gave."""
        return self._given is not None and self.filter.text == self._given

    def focus_body(self) -> None:
        """Focus the table, or nothing if the list is empty."""
        if self.table.display:
            self.set_focus(self.table)
        else:
            self.set_focus(None)

    def on_record_table_opened(self) -> None:
        """Open the double-clicked row."""
        self.begin(f"{self.SPEC.name}.open")

    def on_record_table_heading_clicked(self, event: RecordTable.HeadingClicked) -> None:
        """Sort by the column of the clicked heading."""
        if event.column.sort:
            self.questions.sort_by(event.column)

    # Actions

    async def do_open(self) -> None:
        """Open the row under the cursor."""
        row = await self.table.row_there()
        if row is not None:
            self.remember()
            await self.open_row(row)

    def do_filter(self) -> None:
        """Ask for a filter; the list is filtered with each typed letter."""
        self.questions.ask_filter()

    def do_sort(self) -> None:
        """Ask for the column to sort by."""
        self.questions.ask_sort()

    async def do_jump(self, beginning: str = "") -> None:
        """Go to the first row whose value in the sort column begins with the asked text."""
        await self.questions.jump(beginning)

    async def do_view(self, name: str = "") -> None:
        """Ask which view to show, or what to do with views."""
        await self.views.ask(name)

    async def do_columns(self) -> None:
        """Open the dialog to choose the columns."""
        await self.columns.ask()

    async def do_mark(self) -> None:
        """Mark the row under the cursor, or unmark it."""
        await self.marks.toggle()

    async def do_mark_all(self) -> None:
        """Mark all rows of the filter; unmark them if all are marked."""
        await self.marks.toggle_all()

    def do_wide(self) -> None:
        """Show or hide the wide-only columns."""
        self.table.set_wide(wide=not self.table.wide)
        self.remember()

    async def do_back(self) -> None:
        """Clear the filter that was typed here; without one, go back."""
        if self.filter.text and not self._shows_given:
            self.filter = NO_FILTER
            await self.show_rows_now(near=False)
            self.status.say(_("The filter is cleared."))
            return
        await self.shell.go_back()
