"""The book: the customers of the chosen account, to find one among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from models.customer_list import CUSTOMERS
from models.languages import N_, _, ngettext
from models.paths import typed_path
from screens.export_flow import ExportFlow
from tui.widgets.actions import Action
from tui.widgets.list_screen import ListScreen

if TYPE_CHECKING:
    from models.account_list import Scope
    from models.lists import Row


class CustomersScreen(ListScreen):
    """The list of customers."""

    NAME = "customers"
    SPEC = CUSTOMERS
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("customers.filter", "slash", N_("Filter"),
               N_("Narrow the list: words, country:de, seen>30d, a or b"), "/"),
        Action("customers.open", "enter", N_("Open"), N_("Open the customer"), "Enter"),
        Action("customers.new", "n", N_("Add"), N_("Add a customer, or go on with a draft"), "n",
               changes=True),
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

    def count_text(self, count: int) -> str:
        """Return how many customers there are, in words."""
        return ngettext("{count} customer", "{count} customers", count)

    def state_parts(self) -> list[str]:
        """Return how many are marked."""
        marks = len(self.table.marks)
        return [ngettext("{count} marked", "{count} marked", marks)] if marks else []

    def empty_text(self, scope: Scope, *, filtered: bool) -> str:
        """Return what to do where there are no customers."""
        if filtered:
            return _("No customer matches this filter.\n\n/ changes it, and Esc in it clears it.")
        account = scope.account
        place = _(account.cloud.short_name) if account else _("all clouds")
        lines = [_("No customers in {place} yet.").format(place=place), ""]
        if account is not None:
            lines.append(_("n  adds a customer"))
            lines.append(_("I  imports the customer list that you exported from the portal"))
        lines.append(_("c  chooses another cloud"))
        lines.append(_("partnerdesk --demo  opens a demo book to try everything on"))
        return "\n".join(lines)

    async def open_row(self, row: Row) -> None:
        """Open the customer under the cursor."""
        await self.shell.open_customer(row.key)

    # What keys do

    async def do_mark(self) -> None:
        """Mark the customer under the cursor, or unmark it."""
        await self.table.toggle_mark()
        if self.desk.scope is not None:
            self.show_state(self.desk.scope)

    async def do_mark_all(self) -> None:
        """Mark all shown customers; unmark them where they all are marked."""
        scope = self.desk.scope
        if scope is None:
            return
        keys = await self.desk.reader.ask(self.query_of(scope).all_keys)
        self.table.mark(keys, marked=not self.table.marks.issuperset(keys))
        self.show_state(scope)

    async def do_copy(self) -> None:
        """Ask what to copy of the customer under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is nothing to copy."))
            return
        self.ask_what_to_copy(row, {"i": "id", "d": "domain", "n": "company"})

    def do_export(self) -> None:
        """Ask what to export, and where to."""
        if self.desk.scope is None:
            return
        query = self.query_of(self.desk.scope)
        ExportFlow(
            self, query, self.table.total, self.table.shown_columns(), self.table.marks
        ).ask()

    async def do_new(self) -> None:
        """Add a customer, or go on with a draft."""
        await self.shell.add_customer()

    def do_import(self) -> None:
        """Ask for a file and show what it would change."""
        self.ask(_("Import file"), "", self._import_answered)

    async def _import_answered(self, text: str | None) -> None:
        if text and text.strip():
            await self.shell.open_import(typed_path(text))
