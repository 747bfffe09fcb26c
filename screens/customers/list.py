"""The list of the customers of the chosen account, or of all clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.customers.records import CUSTOMER_TITLES
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.screens.customers.marked import MarkedCustomers
from partnerdesk.screens.customers.small_edits import TagPrompt, ask_alias, edit_note
from partnerdesk.screens.files.ask_import import ask_import, import_action
from partnerdesk.screens.files.export import ExportFlow
from partnerdesk.screens.relationships.partners.reseller_flow import ResellerFlow
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.empty_place import Emptiness, another_cloud, demo_book
from partnerdesk.tui.widgets.list_screen import ListScreen

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.customers.page import CustomerPage
    from partnerdesk.models.lists.spec import Row


class CustomersScreen(ListScreen):
    """The list of customers."""

    NAME = "customers"
    IS_MAIN = True
    SPEC = CUSTOMERS
    TITLES = CUSTOMER_TITLES
    PAGE = "customer"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("customers.filter", "slash", N_("Filter"),
               N_("Narrow the list: words, country:de, seen>30d, a or b"), "/"),
        Action("customers.open", "enter", N_("Open"), N_("Open the customer"), "Enter"),
        Action("customers.new", "n", N_("Add"), N_("Add a customer, or go on with a draft"), "n",
               changes=True),
        Action("customers.invite", "i", N_("Invite"),
               N_("Invite the marked customers, the one under the cursor, or a new company"), "i",
               changes=True),
        Action("customers.tags", "t", N_("Tags"),
               N_("Edit the tags of the marked customers, or of the one under the cursor"), "t",
               changes=True),
        Action("customers.alias", "a", N_("Own name"),
               N_("Give the customer under the cursor a name of your own"), "a",
               changes=True, bar=False),
        Action("customers.note", "o", N_("Note"),
               N_("Write a note on the marked customers, or on the one under the cursor"), "o",
               changes=True, bar=False),
        Action("customers.change", "e", N_("Edit"),
               N_("Edit a field of the marked customers, or the one under the cursor"), "e",
               changes=True, bar=False),
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
        import_action("customers", bar=True),
        Action("customers.reseller", "R", N_("Reseller"),
               N_("Name the indirect reseller of the marked customers, or of the one here"), "R",
               changes=True, bar=False),
        Action("customers.end", "D", N_("End relation"),
               N_("End relationships with the marked customers, or the one here, each confirmed"),
               "D", changes=True, bar=False),
    )  # fmt: skip

    def count_text(self, count: int) -> str:
        """Return the number of customers as text."""
        return ngettext("{count} customer", "{count} customers", count)

    def emptiness(self, scope: Scope) -> Emptiness:
        """Return why there are no customers, and what to do."""
        account = scope.account
        place = _(account.cloud.short_name) if account else _("all clouds")
        is_connected = account is not None and account.connected
        ways = (
            *([("desk.refresh", _("reads the customers from Partner Center"))] * is_connected),
            ("customers.new", _("adds a customer")),
            ("customers.import", _("imports the customer list that you exported from the portal")),
            ("customers.invite", _("invites a company that has a tenant already")),
        )
        return Emptiness(
            _("No customers in {place} yet.").format(place=place),
            (*(ways if account is not None else ()), another_cloud(), demo_book()),
        )

    def no_match_text(self) -> str:
        """Return that nothing matches the filter."""
        return _("No customer matches this filter.")

    def open_customers(self) -> tuple[int, ...]:
        """Return the ids of the customers in view."""
        return tuple(row.key for row in self.table.in_view())

    async def open_row(self, row: Row) -> None:
        """Open the customer under the cursor."""
        await self.shell.show("customer", row.key)

    # Actions

    async def do_copy(self) -> None:
        """Ask what to copy of the customer under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is nothing to copy."))
            return
        self.questions.ask_what_to_copy(row, {"i": "id", "d": "domain", "n": "company"})

    async def do_export(self) -> None:
        """Ask which rows and columns to export, and to which file."""
        if self.desk.scope is not None:
            await ExportFlow(self, self.query_of(self.desk.scope)).ask()

    async def do_new(self) -> None:
        """Show the drafts; if there are none, the form for a new customer."""
        await self.shell.show("drafts")

    def do_import(self) -> None:
        """Ask for a file, and show the planned import."""
        ask_import(self, "customers")

    async def do_invite(self) -> None:
        """Invite the marked customers, or the one under the cursor; in an empty list, a company."""
        if (marked := await self._marked()) is not None:
            await marked.invite()
        else:
            row = await self.table.row_there()
            await self.shell.show("invite", row.key if row is not None else None)

    async def do_tags(self) -> None:
        """Edit the tags of the marked customers, or of the one under the cursor."""
        if (marked := await self._marked()) is not None:
            await marked.tag()
        elif (page := await self._page_there()) is not None:
            company = shown(page.customer.company_name)[:24]
            TagPrompt(self, page, _("Tags of {company}").format(company=company)).ask()

    async def do_alias(self) -> None:
        """Ask for a name of the partner's own for the customer under the cursor."""
        if (page := await self._page_there()) is not None:
            ask_alias(self, page)

    async def do_note(self) -> None:
        """Write a note on the marked customers, or on the one under the cursor."""
        if (marked := await self._marked()) is not None:
            await marked.note()
        elif (page := await self._page_there()) is not None:
            await edit_note(self, page)

    async def do_change(self) -> None:
        """Edit a field of the marked customers, or the profile of the one under the cursor."""
        if (marked := await self._marked()) is not None:
            await marked.edit()
        elif (page := await self._page_there()) is not None:
            await self.shell.show("edit-customer", page)

    async def _marked(self) -> MarkedCustomers | None:
        """Return the marked customers; None if there are no marks, or all clouds are shown."""
        account = self.desk.account
        if not self.table.marks or account is None:
            return None
        keys = await self.marks.keys()
        return MarkedCustomers(self, account, keys, await self.marks.hidden_text())

    async def _page_there(self) -> CustomerPage | None:
        """Return the customer under the cursor; show a message and return None if there is none."""
        from partnerdesk.models.customers.page import read_customer

        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is no customer here."))
            return None
        return await self.desk.aside(read_customer, row.key)

    async def do_reseller(self) -> None:
        """Ask for the indirect reseller of the marked customers, or of the one under the cursor."""
        if (account := self.desk.account) is not None:
            await ResellerFlow(self, account).ask()

    async def do_end(self) -> None:
        """Show the form for ending the relationship with the marked customers, or the one here."""
        if (marked := await self._marked()) is not None:
            await marked.end()
            return
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is no customer here."))
        else:
            await self.shell.show("end-relationship", row.key)
