"""The book: the customers of the chosen account, to find one among them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.getters import query_one
from textual.widgets import Static

from models.customer_list import CUSTOMERS
from models.errors import DeskError, FilterError
from models.filters import NO_FILTER, Filter, parse
from models.languages import N_, _, ngettext, number
from models.lists import ListedRows, Query, Sort
from models.paths import typed_path
from models.reading import StoreRows
from models.remembered import View
from screens.export_flow import ExportFlow
from tui.widgets.actions import Action
from tui.widgets.desk_screen import Choice, DeskScreen
from tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from models.account_list import Scope
    from models.desk import Desk
    from models.lists import Column


class CustomersScreen(DeskScreen):
    """The list of customers."""

    NAME = "customers"
    CSS_PATH = "customers.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("customers.filter", "slash", N_("Filter"),
               N_("Narrow the list: words, country:de, seen>30d, a or b"), "/"),
        Action("customers.open", "enter", N_("Open"), N_("Open the customer"), "Enter"),
        Action("customers.sort", "s", N_("Sort"),
               N_("Choose the column to sort by; the same again turns the order"), "s"),
        Action("customers.wide", "w", N_("Wide"),
               N_("Show or hide further columns; ← → scroll sideways"), "w"),
        Action("customers.mark", "space", N_("Mark"), N_("Mark the customer, or unmark it"),
               "Space"),
        Action("customers.mark-all", "A", N_("Mark all"),
               N_("Mark all shown customers, or unmark them"), "A", bar=False),
        Action("customers.copy", "y", N_("Copy"),
               N_("Copy the Microsoft ID, domain or name"), "y", bar=False),
        Action("customers.export", "x", N_("Export"),
               N_("Write the shown or the marked customers to CSV, XLSX or JSON"), "x"),
        Action("customers.import", "I", N_("Import"),
               N_("Import the portal's export, or any CSV or XLSX file"), "I",
               changes=True),
    )  # fmt: skip

    table = query_one("#customers", RecordTable)
    empty = query_one("#empty", Static)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._filter: Filter = NO_FILTER
        self._sort: Sort = CUSTOMERS.default_sort
        self._all = 0
        self._left = False
        self._shown_scope = ""

    def body(self) -> ComposeResult:
        """Build the table, and what to show in its place where it is empty."""
        yield RecordTable(CUSTOMERS.columns, self.desk.clock, id="customers")
        yield Static(id="empty", markup=False)

    async def on_mount(self) -> None:
        """Show the list as it was left."""
        self.table.focus()
        await self.scope_chosen()

    def on_screen_resume(self) -> None:
        """Look again when coming back: something may have been edited."""
        if self._left:
            self._left = False
            self.focus_body()
            self.run_worker(self.book_changed(), group="list", exclusive=True)

    def on_record_table_moved(self) -> None:
        """Remember where the cursor is."""
        self._remember()

    def on_screen_suspend(self) -> None:
        """Write down how the list is left, should the process be killed later."""
        self._left = True
        self.desk.remembered.save()

    # What is shown

    async def scope_chosen(self) -> None:
        """Show another account's customers, as its list was left."""
        scope = self.desk.scope
        if scope is None:
            return
        view = self.desk.remembered.view(scope.key, CUSTOMERS.name)
        sortable = {column.name for column in CUSTOMERS.sortable()}
        self._sort = (
            Sort(view.sort, view.descending) if view.sort in sortable else CUSTOMERS.default_sort
        )
        try:
            self._filter = parse(view.filter, CUSTOMERS, self.desk.clock())
        except FilterError:
            self._filter = NO_FILTER
        self.table.marks.clear()
        self.table.hidden = frozenset() if scope.account is None else frozenset({"cloud"})
        self.table.wide = view.wide
        self.table.cursor = 0
        await self._show(keep=view.cursor or -1)

    async def book_changed(self) -> None:
        """Show the list as it is now, the cursor on the same customer."""
        await self._show()

    async def _show(self, keep: int = 0) -> None:
        scope = self.desk.scope
        if scope is None:
            return
        source = StoreRows(self.desk.reader, self._query(scope, self._filter, self._sort))
        unfiltered = StoreRows(self.desk.reader, self._query(scope, NO_FILTER, self._sort))
        try:
            if not await self.table.show(source, sort=self._sort, keep=keep):
                return
            self._all = await unfiltered.count() if self._filter.text else self.table.total
        except DeskError as error:
            if scope.key != self._shown_scope:  # never another account's rows under this header
                await self.table.show(ListedRows(()), keep=-1)
            self.fail(error)
            return
        self._shown_scope = scope.key
        if self.is_attached:  # else it was left while the rows were read
            self._show_state(scope)

    def _query(self, scope: Scope, chosen: Filter, sort: Sort) -> Query:
        return Query(CUSTOMERS, scope.ids, chosen, sort)

    def _show_state(self, scope: Scope) -> None:
        filtered = bool(self._filter.text)
        count = (
            _("{shown} of {all}").format(shown=number(self.table.total), all=number(self._all))
            if filtered
            else ngettext("{count} customer", "{count} customers", self.table.total)
        )
        parts = [count]
        if filtered:
            parts.append(_("filter: {text}").format(text=self._filter.text))
        if marks := len(self.table.marks):
            parts.append(ngettext("{count} marked", "{count} marked", marks))
        self.status.state = " · ".join(parts)
        self.prompt.remark(count)
        self.empty.display = self.table.total == 0
        self.table.display = self.table.total > 0
        if self.table.total == 0:
            self.empty.update(self._empty_text(scope, filtered=filtered))
        if not self.prompt.is_open:
            self.focus_body()

    def _empty_text(self, scope: Scope, *, filtered: bool) -> str:
        if filtered:
            return _("No customer matches this filter.\n\n/ changes it, and Esc in it clears it.")
        account = scope.account
        place = _(account.cloud.short_name) if account else _("all clouds")
        lines = [_("No customers in {place} yet.").format(place=place), ""]
        if account is not None:
            lines.append(_("I  imports the customer list that you exported from the portal"))
        lines.append(_("c  chooses another cloud"))
        lines.append(_("partnerdesk --demo  opens a demo book to try everything on"))
        return "\n".join(lines)

    def _remember(self) -> None:
        scope = self.desk.scope
        if scope is None:
            return
        row = self.table.row
        view = View(
            filter=self._filter.text, sort=self._sort.column, descending=self._sort.descending,
            wide=self.table.wide, cursor=row.key if row else 0,
        )  # fmt: skip
        self.desk.remembered.keep_view(scope.key, CUSTOMERS.name, view)

    def focus_body(self) -> None:
        """Give the keys back to the table."""
        if self.table.display:
            self.table.focus()
        else:
            self.set_focus(None)

    async def on_record_table_opened(self) -> None:
        """Open the customer that was clicked twice."""
        await self.action_perform("customers.open")

    async def on_record_table_heading_clicked(self, event: RecordTable.HeadingClicked) -> None:
        """Sort by the column whose heading was clicked."""
        if event.column.sort:
            await self._sort_by(event.column)

    # What keys do

    async def do_open(self) -> None:
        """Open the customer under the cursor."""
        row = await self.table.row_there()
        if row is not None:
            self._remember()
            await self.shell.open_customer(row.key)

    def do_filter(self) -> None:
        """Ask for a filter; the list follows each letter."""
        self.ask(_("Filter"), self._filter.text, self._filter_answered, self._filter_typed)

    async def _filter_typed(self, text: str) -> None:
        await self._apply(text)

    async def _filter_answered(self, text: str | None) -> None:
        await self._apply(text or "")
        if text and self.table.total == 1:
            await self.do_open()  # the one that was looked for

    async def _apply(self, text: str) -> None:
        try:
            chosen = parse(text.strip(), CUSTOMERS, self.desk.clock())
        except FilterError as error:
            if not self.prompt.is_open:
                raise
            self.prompt.remark(error.message, error=True)
            return
        self._filter = chosen
        await self._show()

    def do_sort(self) -> None:
        """Ask for the column to sort by."""
        self.choose(
            _("Sort by:"),
            [
                Choice(str(place), _(column.label), partial(self._sort_by, column))
                for place, column in enumerate(CUSTOMERS.sortable(), 1)
            ],
        )

    async def _sort_by(self, column: Column) -> None:
        again = column.name == self._sort.column
        self._sort = Sort(column.name, descending=again and not self._sort.descending)
        await self._show()

    def do_wide(self) -> None:
        """Show or hide further columns."""
        self.table.set_wide(wide=not self.table.wide)
        self._remember()

    async def do_mark(self) -> None:
        """Mark the customer under the cursor, or unmark it."""
        await self.table.toggle_mark()
        if self.desk.scope is not None:
            self._show_state(self.desk.scope)

    async def do_mark_all(self) -> None:
        """Mark all shown customers; unmark them where they all are marked."""
        scope = self.desk.scope
        if scope is None:
            return
        query = self._query(scope, self._filter, self._sort)
        keys = await self.desk.reader.ask(query.all_keys)
        self.table.mark(keys, marked=not self.table.marks.issuperset(keys))
        self._show_state(scope)

    async def do_copy(self) -> None:
        """Ask what to copy of the customer under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is nothing to copy."))
            return
        wanted = {"i": "id", "d": "domain", "n": "company"}
        columns = {key: CUSTOMERS.column(name) for key, name in wanted.items()}
        values = {
            key: str(row.values[CUSTOMERS.columns.index(column)] or "")
            for key, column in columns.items()
        }
        self.choose(
            _("Copy:"),
            [
                Choice(key, _(columns[key].label), partial(self.copy, text))
                for key, text in values.items()
            ],
        )

    def do_export(self) -> None:
        """Ask what to export, and where to."""
        if self.desk.scope is None:
            return
        query = self._query(self.desk.scope, self._filter, self._sort)
        ExportFlow(
            self, query, self.table.total, self.table.shown_columns(), self.table.marks
        ).ask()

    def do_import(self) -> None:
        """Ask for a file and show what it would change."""
        self.ask(_("Import file"), "", self._import_answered)

    async def _import_answered(self, text: str | None) -> None:
        if text and text.strip():
            await self.shell.open_import(typed_path(text))

    async def do_back(self) -> None:
        """Clear the filter first; then go back."""
        if self._filter.text:
            await self._apply("")
            self.status.say(_("The filter is cleared."))
            return
        await self.shell.go_back()
