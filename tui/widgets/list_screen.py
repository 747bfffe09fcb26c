"""The frame of every list: filter, sort, wide mode, and how each account's list was left."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.core.errors import FilterError
from partnerdesk.models.languages import _
from partnerdesk.models.lists.filter_parser import NO_FILTER, Filter
from partnerdesk.models.lists.list_state import View
from partnerdesk.models.lists.spec import Sort
from partnerdesk.models.lists.store_rows import StoreRows
from partnerdesk.tui.widgets.list_columns import COLUMNS, ListColumns
from partnerdesk.tui.widgets.list_counts import ListCounts
from partnerdesk.tui.widgets.list_frame import ListFrame
from partnerdesk.tui.widgets.list_marks import ListMarks
from partnerdesk.tui.widgets.list_questions import JUMP, ListQuestions
from partnerdesk.tui.widgets.list_views import VIEW, ListViews
from partnerdesk.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.lists.saved_views import Kept
    from partnerdesk.models.lists.spec import Row, RowKey
    from partnerdesk.models.session import AppSession, BookState
    from partnerdesk.tui.widgets.actions import Action


LIST_ACTIONS = (VIEW, COLUMNS, JUMP)
"""What every list can do besides its own actions."""


class _Asked(NamedTuple):
    """What a table was asked to show."""

    source: StoreRows
    scope: Scope
    filter: Filter
    state: BookState
    """The state of the book when it was asked, or an earlier one than the rows tell of."""


class ListScreen(ListFrame):
    """A list over a spec. Subclasses say what it counts, what stands in its place, what opens."""

    DEFAULT_CSS = """
    ListScreen #empty { height: 1fr; padding: 2 4; display: none; }
    ListScreen.-empty #empty { display: block; }
    ListScreen.-empty RecordTable { display: none; }
    """

    empty = query_one("#empty", Static)

    def __init__(self, desk: AppSession) -> None:
        super().__init__(desk)
        self.marks = ListMarks(self)
        self.columns = ListColumns(self)
        self.views = ListViews(self, self.columns)
        self.questions = ListQuestions(self)
        self.counts = ListCounts(self)
        self._source: StoreRows | None = None
        """The rows shown last, while the book stays as it was then."""
        self._asked: _Asked | None = None
        """What the table was asked to show last."""
        self._shown_scope = ""
        self._shown_filter: Filter = NO_FILTER
        """The filter of the rows that are shown: the one that is typed may be ahead of them."""
        self._empty_text = ""

    @classmethod
    def all_actions(cls) -> tuple[Action, ...]:
        """Return the list's own actions, those of every list, and those of every screen."""
        actions, own = super().all_actions(), len(cls.ACTIONS)
        return (*actions[:own], *LIST_ACTIONS, *actions[own:])

    # What subclasses say

    def count_text(self, count: int) -> str:
        """Return how many rows there are, in words."""
        raise NotImplementedError

    def empty_text(self, scope: Scope, *, filtered: bool) -> str:
        """Return what to show in the place of an empty list."""
        raise NotImplementedError

    async def open_row(self, row: Row) -> None:
        """Open the row under the cursor."""
        raise NotImplementedError

    # Coming and going

    def body(self) -> ComposeResult:
        """Build the table, and what to show in its place where it is empty."""
        yield RecordTable(self.SPEC.columns, self.desk.clock, id=self.SPEC.name)
        yield Static(id="empty", markup=False)

    def on_mount(self) -> None:
        """Show the list as it was left."""
        self.set_focus(self.table)
        self.shown_state = self.desk.state
        self.scope_chosen()

    def on_record_table_moved(self) -> None:
        """Remember where the cursor is."""
        self.remember()

    def on_screen_suspend(self) -> None:
        """Write down how the list is left, should the process be killed later."""
        self.shell.start(partial(asyncio.to_thread, self.desk.remembered.save))

    # What is shown

    def scope_chosen(self) -> None:
        """Show another account's rows, as its list was left."""
        if self.desk.scope is None:
            return
        if first := self.desk.take_first_views():  # the last list is shown without delay
            self._take_up_scope(self.views.told(first))
        else:
            self.read(self.views.kept_or_nothing, self._take_up_scope, group="scope")

    def _take_up_scope(self, kept: Kept) -> None:
        scope = self.desk.scope
        if scope is None:
            return
        view = self.desk.remembered.view(scope.key, self.SPEC.name)
        sortable = {column.name for column in self.SPEC.sortable()}
        self.sort = (
            Sort(view.sort, view.descending) if view.sort in sortable else self.SPEC.default_sort
        )
        try:
            self.filter = self.questions.parsed(view.filter)
        except FilterError:
            self.filter = NO_FILTER
        self.table.marks = self.desk.marks.setdefault((scope.key, self.SPEC.name), set())
        self.table.hidden = frozenset() if scope.account is None else frozenset({"cloud"})
        self.views.take_up(kept, view)
        self.table.cursor = 0
        self.show_rows(keep=view.cursor or -1)
        self.marks.forget_lost()

    def book_changed(self) -> None:
        """Show the list as it is now, the cursor on the same row."""
        self._source = None
        self.show_rows()
        self.marks.forget_lost()

    def show_rows(self, keep: RowKey = 0, *, near: bool = True) -> None:
        """Begin to show the rows of the account, filter and sort that are chosen now."""
        scope = self.desk.scope
        if scope is None:
            return
        self._source = StoreRows(
            self.desk.reader, self.query_of(scope), self.desk.counters, self._source
        )
        self._asked = _Asked(self._source, scope, self.filter, self.desk.state)
        self.table.show(self._source, sort=self.sort, keep=keep, near=near)

    def on_record_table_shown(self, event: RecordTable.Shown) -> None:
        """Say what is shown now."""
        asked = self._asked
        if asked is None or event.source is not asked.source:
            return
        self._shown_scope, self._shown_filter = asked.scope.key, asked.filter
        self.counts.count_all(asked.scope, asked.state, filtered=bool(asked.filter.text))
        self.show_state(asked.scope)
        self.shell.unveil()

    def on_record_table_failed(self, event: RecordTable.Failed) -> None:
        """Never leave another account's rows under this header; the frame says why."""
        asked = self._asked
        if asked is None or event.source is not asked.source:
            return
        if asked.scope.key != self._shown_scope:
            self.table.show_all(())

    def on_record_table_rearranged(self) -> None:
        """Say by which column the rows are sorted, where its heading is not seen any more."""
        scope = self.desk.scope
        if scope is not None and scope.key == self._shown_scope:
            self.show_state(scope)

    def on_record_table_counted(self) -> None:
        """Say how many rows there are, now that they are counted."""
        asked = self._asked
        if asked is not None and asked.scope.key == self._shown_scope:
            self.counts.count_all(asked.scope, asked.state, filtered=bool(self._shown_filter.text))
            self.show_state(asked.scope)

    def show_state(self, scope: Scope) -> None:
        """Say how many rows there are; show the table, or the words in its place."""
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
            self._say_empty(self.empty_text(scope, filtered=bool(shown_filter)))
        if not self.prompt.is_open:
            self.focus_body()

    def _say_empty(self, text: str) -> None:
        if text != self._empty_text:  # else it would be laid out and sent again with each letter
            self._empty_text = text
            self.empty.update(text)

    def remember(self) -> None:
        """Keep how the list is left in its account."""
        scope = self.desk.scope
        if scope is None:
            return
        row, before = self.table.row, self.desk.remembered.view(scope.key, self.SPEC.name)
        away = before.cursor if self.table.total else 0  # scrolled out of what is read: it stays
        view = View(
            filter=self.filter.text, sort=self.sort.column, descending=self.sort.descending,
            wide=self.table.wide, cursor=row.key if row else away,
            view=self.views.word,
        )  # fmt: skip
        self.desk.remembered.keep_view(scope.key, self.SPEC.name, view)

    def focus_body(self) -> None:
        """Give the keys back to the table."""
        if self.table.display:
            self.set_focus(self.table)
        else:
            self.set_focus(None)

    def on_record_table_opened(self) -> None:
        """Open the row that was clicked twice."""
        self.begin(f"{self.SPEC.name}.open")

    def on_record_table_heading_clicked(self, event: RecordTable.HeadingClicked) -> None:
        """Sort by the column whose heading was clicked."""
        if event.column.sort:
            self.questions.sort_by(event.column)

    # What keys do

    async def do_open(self) -> None:
        """Open the row under the cursor."""
        row = await self.table.row_there()
        if row is not None:
            self.remember()
            await self.open_row(row)

    def do_filter(self) -> None:
        """Ask for a filter; the list follows each letter."""
        self.questions.ask_filter()

    def do_sort(self) -> None:
        """Ask for the column to sort by."""
        self.questions.ask_sort()

    async def do_jump(self, beginning: str = "") -> None:
        """Ask for the beginning of a value in the column that the list is sorted by."""
        await self.questions.jump(beginning)

    async def do_view(self, name: str = "") -> None:
        """Ask which view to show, or what to do with views."""
        await self.views.ask(name)

    async def do_columns(self) -> None:
        """Show all columns, to choose from."""
        await self.columns.ask()

    async def do_mark(self) -> None:
        """Mark the row under the cursor, or unmark it."""
        await self.marks.toggle()

    async def do_mark_all(self) -> None:
        """Mark all shown rows; unmark them where they all are marked."""
        await self.marks.toggle_all()

    def do_wide(self) -> None:
        """Show or hide further columns."""
        self.table.set_wide(wide=not self.table.wide)
        self.remember()

    async def do_back(self) -> None:
        """Clear the filter first; then go back."""
        if self.filter.text:
            self.filter = NO_FILTER
            await self.show_rows_now(near=False)
            self.status.say(_("The filter is cleared."))
            return
        await self.shell.go_back()
