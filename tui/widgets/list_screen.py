"""The frame of every list: filter, sort, wide mode, and how each account's list was left."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.core.errors import FilterError
from partnerdesk.models.languages import _, ngettext, number
from partnerdesk.models.lists.filter_parser import NO_FILTER, Filter, parse
from partnerdesk.models.lists.known_values import FilterCompleter
from partnerdesk.models.lists.list_state import View
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.spec import Sort
from partnerdesk.models.lists.store_rows import StoreRows
from partnerdesk.tui.widgets.list_marks import MarksScreen
from partnerdesk.tui.widgets.prompt import Aid
from partnerdesk.tui.widgets.questions import Choice
from partnerdesk.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.lists.saved_views import Kept
    from partnerdesk.models.lists.spec import Column, Row, RowKey
    from partnerdesk.models.session import Desk, DeskState


class _Asked(NamedTuple):
    """What a table was asked to show."""

    source: StoreRows
    scope: Scope
    filter: Filter
    state: DeskState
    """The state of the book when it was asked, or an earlier one than the rows tell of."""


class ListScreen(MarksScreen):
    """A list over a spec. Subclasses say what it counts, what stands in its place, what opens."""

    DEFAULT_CSS = """
    ListScreen #empty { height: 1fr; padding: 2 4; display: none; }
    ListScreen.-empty #empty { display: block; }
    ListScreen.-empty RecordTable { display: none; }
    """

    empty = query_one("#empty", Static)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._filter: Filter = NO_FILTER
        self._sort: Sort = self.SPEC.default_sort
        self._all: int | None = 0
        """How many rows there are without the filter; None while they are being counted."""
        self._all_of: object = None
        """The account and the state of the book in which they were counted."""
        self._source: StoreRows | None = None
        """The rows shown last, while the book stays as it was then."""
        self._asked: _Asked | None = None
        """What the table was asked to show last."""
        self._shown_scope = ""
        self._shown_filter: Filter = NO_FILTER
        """The filter of the rows that are shown: the one that is typed may be ahead of them."""
        self._empty_text = ""
        self._filtering = 0
        """The question that asks for a filter."""
        self._is_wrong = False
        """Whether what is typed as a filter cannot be understood."""

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
        self._remember()

    def on_screen_suspend(self) -> None:
        """Write down how the list is left, should the process be killed later."""
        self.shell.start(partial(asyncio.to_thread, self.desk.remembered.save))

    # What is shown

    def scope_chosen(self) -> None:
        """Show another account's rows, as its list was left."""
        if self.desk.scope is None:
            return
        if first := self.desk.take_first_views():  # the last list is shown without delay
            self._take_up_scope(self.told(first))
        else:
            self.read(self.kept_or_nothing, self._take_up_scope, group="scope")

    def _take_up_scope(self, kept: Kept) -> None:
        scope = self.desk.scope
        if scope is None:
            return
        view = self.desk.remembered.view(scope.key, self.SPEC.name)
        sortable = {column.name for column in self.SPEC.sortable()}
        self._sort = (
            Sort(view.sort, view.descending) if view.sort in sortable else self.SPEC.default_sort
        )
        try:
            self._filter = parse(view.filter, self.SPEC, self.desk.clock())
        except FilterError:
            self._filter = NO_FILTER
        self.table.marks.clear()
        self.table.hidden = frozenset() if scope.account is None else frozenset({"cloud"})
        self.take_up(kept, view)
        self.table.cursor = 0
        self.show_rows(keep=view.cursor or -1)

    def book_changed(self) -> None:
        """Show the list as it is now, the cursor on the same row."""
        self._source = None
        self.show_rows()
        self.forget_lost_marks()

    def show_rows(self, keep: int = 0, *, near: bool = True) -> None:
        """Begin to show the rows of the account, filter and sort that are chosen now."""
        scope = self.desk.scope
        if scope is None:
            return
        self._source = StoreRows(
            self.desk.reader, self.query_of(scope), self.desk.counters, self._source
        )
        self._asked = _Asked(self._source, scope, self._filter, self.desk.state)
        self.table.show(self._source, sort=self._sort, keep=keep, near=near)

    def on_record_table_shown(self, event: RecordTable.Shown) -> None:
        """Say what is shown now."""
        asked = self._asked
        if asked is None or event.source is not asked.source:
            return
        self._shown_scope, self._shown_filter = asked.scope.key, asked.filter
        self._count_all(asked)
        self.show_state(asked.scope)
        self.shell.unveil()

    def on_record_table_failed(self, event: RecordTable.Failed) -> None:
        """Never leave another account's rows under this header; the frame says why."""
        asked = self._asked
        if asked is None or event.source is not asked.source:
            return
        if asked.scope.key != self._shown_scope:
            self.table.show_all(())

    def _count_all(self, asked: _Asked) -> None:
        """See to it that the rows are counted which the filter leaves out."""
        scope, state = asked.scope, self.desk.state
        if not self._shown_filter.text:
            self._all = self.table.total if self.table.is_counted else None
            self._all_of = asked.state  # what is known by now may be newer than these rows
        elif state != self._all_of or self._all is None:
            self._all, self._all_of = None, state
            unfiltered = replace(self.query_of(scope), filter=NO_FILTER)

            def counted(count: int) -> None:
                self._all = count
                self.show_state(scope)

            counter = self.desk.counters[0]
            self.read(lambda: counter.ask(unfiltered.count), counted, group="all", beside=True)

    def on_record_table_rearranged(self) -> None:
        """Say by which column the rows are sorted, where its heading is not seen any more."""
        scope = self.desk.scope
        if scope is not None and scope.key == self._shown_scope:
            self.show_state(scope)

    def on_record_table_counted(self) -> None:
        """Say how many rows there are, now that they are counted."""
        asked = self._asked
        if asked is not None and asked.scope.key == self._shown_scope:
            self._count_all(asked)
            self.show_state(asked.scope)

    def query_of(self, scope: Scope) -> Query:
        """Return the query whose rows are shown."""
        at = to_millis(self.desk.clock())
        return Query(self.SPEC, scope.ids, self._filter, self._sort, at=at)

    def state_parts(self) -> list[str]:
        """Return what else the status line says of the list, behind count, marks and filter."""
        parts = [_("view: {name}").format(name=self.view_name)] if self.view_name else []
        unusual = self._sort != self.SPEC.default_sort
        if unusual and self._sort.column not in self.table.widths():  # no heading tells it
            column = _(self.SPEC.column(self._sort.column).label)
            arrow = "▼" if self._sort.descending else "▲"
            parts.append(_("by {column}").format(column=f"{column} {arrow}"))
        return parts

    def show_state(self, scope: Scope) -> None:
        """Say how many rows there are; show the table, or the words in its place."""
        self.leave_cleared_view()
        shown_filter, total = self._shown_filter.text, self.table.total
        count = self.count_text(total) if self.table.is_counted else _("counting …")
        if shown_filter:
            shown = number(total) if self.table.is_counted else "…"
            everything = "…" if self._all is None else number(self._all)
            count = _("{shown} of {all}").format(shown=shown, all=everything)
            parts = [_("filter: {text}").format(text=shown_filter)]
        else:
            parts = []
        if marks := len(self.table.marks):
            parts.insert(0, ngettext("{count} marked", "{count} marked", marks))
        self.status.state = " · ".join([count, *parts, *self.state_parts()])
        if self.prompt.question == self._filtering and not self._is_wrong:
            self.prompt.remark(count)
        self.set_class(self.table.total == 0, "-empty")
        if self.table.total == 0:
            self._say_empty(self.empty_text(scope, filtered=bool(shown_filter)))
        if not self.prompt.is_open:
            self.focus_body()

    def _say_empty(self, text: str) -> None:
        if text != self._empty_text:  # else it would be laid out and sent again with each letter
            self._empty_text = text
            self.empty.update(text)

    def _remember(self) -> None:
        scope = self.desk.scope
        if scope is None:
            return
        row, before = self.table.row, self.desk.remembered.view(scope.key, self.SPEC.name)
        away = before.cursor if self.table.total else 0  # scrolled out of what is read: it stays
        view = View(
            filter=self._filter.text, sort=self._sort.column, descending=self._sort.descending,
            wide=self.table.wide, cursor=row.key if row else away,
            view=self.view_word,
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
            self._sort_by(event.column)

    # What keys do

    async def do_open(self) -> None:
        """Open the row under the cursor."""
        row = await self.table.row_there()
        if row is not None:
            self._remember()
            await self.open_row(row)

    def do_filter(self) -> None:
        """Ask for a filter; the list follows each letter."""
        accounts = self.desk.scope.ids if self.desk.scope is not None else ()
        aid = Aid(
            FilterCompleter(self.SPEC, self.desk.reader, accounts),
            self.desk.used_filters.of(self.SPEC.name),
        )
        self._is_wrong = False
        row = self.table.row
        answered = partial(self._filter_answered, self._filter, row.key if row else 0)
        self.ask(_("Filter"), self._filter.text, answered, self._typed_filter, aid)
        self._filtering = self.prompt.question

    async def _filter_answered(self, before: Filter, key: RowKey, text: str | None) -> None:
        """Filter by what was typed; without an answer, show the list as it was before."""
        if text is None:
            self._filter = before
            self.show_rows(keep=key, near=False)
            await self.settled()
            return
        await self._apply(text)
        if text and (used := text.strip()):
            self.desk.used_filters.use(self.SPEC.name, used, to_millis(self.desk.clock()))
        self._remember()
        self.shell.start(partial(asyncio.to_thread, self.desk.write_down))
        if text and await self.table.has_one():
            await self.do_open()  # the one that was looked for

    def _typed_filter(self, text: str) -> None:
        """Follow what is typed: only the latest, whatever is still being read."""
        try:
            self._filter = parse(text.strip(), self.SPEC, self.desk.clock())
        except FilterError as error:
            self._is_wrong = True
            self.prompt.remark(str(error), error=True)
            return
        self._is_wrong = False
        self._filtering = self.prompt.question  # asked once more, where it was refused
        self.show_rows(near=False)

    async def _apply(self, text: str) -> None:
        self._filter = parse(text.strip(), self.SPEC, self.desk.clock())
        self.show_rows(near=False)
        await self.settled()

    def do_sort(self) -> None:
        """Ask for the column to sort by."""
        self.choose(
            _("Sort by:"),
            [
                Choice(str(place), _(column.label), partial(self._sort_by, column))
                for place, column in enumerate(self.SPEC.sortable(), 1)
            ],
        )

    def _sort_by(self, column: Column) -> None:
        usual = self.SPEC.default_sort
        descending = column.name == usual.column and usual.descending
        if column.name == self._sort.column:
            descending = not self._sort.descending
        self._sort = Sort(column.name, descending)
        self.show_rows()

    def do_wide(self) -> None:
        """Show or hide further columns."""
        self.table.set_wide(wide=not self.table.wide)
        self._remember()

    def ask_what_to_copy(self, row: Row, names: Mapping[str, str]) -> None:
        """Ask which of some columns to copy; `names` has them by key."""
        columns = {key: self.SPEC.column(name) for key, name in names.items()}
        self.choose(
            _("Copy:"),
            [
                Choice(key, _(column.label), partial(self.copy, str(value or "")))
                for key, column in columns.items()
                for value in [row.values[self.SPEC.columns.index(column)]]
            ],
        )

    async def do_back(self) -> None:
        """Clear the filter first; then go back."""
        if self._filter.text:
            await self._apply("")
            self.status.say(_("The filter is cleared."))
            return
        await self.shell.go_back()
