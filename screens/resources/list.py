"""The start page: tasks around customers, pages to read about them, and counts of open work."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.spec import Column, Row
from partnerdesk.models.resources import RESOURCES, Resource, waiting
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.tui.widgets.actions import REFRESH, Action, shown_keys
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.questions import Choice
from partnerdesk.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult


def columns() -> tuple[Column, ...]:
    """Return the columns; the first one has the width of the longest action."""
    longest = max(cell_len(_(resource.action)) for resource in RESOURCES)
    return (
        Column("action", N_("Action"), "", longest),
        Column("learn", N_("Read this to learn"), "", 18, grows=1, rank=4),
        Column("scope", N_("Scope"), "", 12, rank=3),
        Column("now", N_("Now"), "", 24, grows=6, rank=1),
    )


class ResourcesScreen(AppScreen):
    """Shows the resources with the present counts of open work."""

    NAME = "resources"
    IS_MAIN = True
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("resources.guide", "enter", N_("Guide"), N_("Read the guide of this action"),
               "Enter"),
        Action("resources.customers", "o", N_("Open"),
               N_("Open the screen on which this action is done"), "o"),
        Action("resources.search", "slash", N_("Search"),
               N_("Search the customers"), "/"),
        Action("resources.new", "n", N_("Add"),
               N_("Add a customer, or go on with a draft"), "n", changes=True),
        Action("resources.copy", "y", N_("Copy link"),
               N_("Copy the address of one of the pages to read"), "y"),
    )  # fmt: skip

    _counts: Mapping[str, str] = {}
    """The texts on open work, by the name of the resource."""

    table = query_one("#resources", RecordTable)
    reading = query_one("#reading", Static)

    def body(self) -> ComposeResult:
        """Build the table, and the details of the row under the cursor below it."""
        yield RecordTable(columns(), self.desk.clock, id="resources")
        yield Static(id="reading")

    def on_mount(self) -> None:
        """Show the rows at once; the counts follow when the book is read."""
        self._show_rows({})
        self.set_focus(self.table)
        self.book_changed()

    def scope_chosen(self) -> None:
        """Show the open work of the chosen account."""
        self._show_details()
        self.book_changed()

    def book_changed(self) -> None:
        """Count the open work again."""
        scope, reader, at = self.desk.scope, self.desk.reader, self.desk.clock()
        if scope is not None:
            self.read(
                lambda: reader.ask(lambda book: waiting(book, scope.ids, at)), self._show_rows
            )

    def _show_rows(self, counts: dict[str, str]) -> None:
        self._counts = counts
        rows = [
            Row(number, (
                _(resource.action),
                " · ".join(_(link.title) for link in resource.links),
                _(resource.scope),
                counts.get(resource.name, "…"),
            ))
            for number, resource in enumerate(RESOURCES, 1)
        ]  # fmt: skip
        self.table.show_all(rows)
        self._show_details()

    @property
    def resource(self) -> Resource:
        """The resource under the cursor."""
        return RESOURCES[self.table.cursor]

    def on_record_table_moved(self) -> None:
        """Show the details of the row under the cursor."""
        self._show_details()

    def on_record_table_opened(self) -> None:
        """Open the guide of the double-clicked row."""
        self.begin("resources.guide")

    def _show_details(self) -> None:
        resource = self.resource
        read, scope_title = _("Read") + ":", _("Scope") + ": "
        links = [
            Content.assemble(f"  {place} ", (_(link.title), f"underline link='{link.address}'"))
            for place, link in enumerate(resource.links, 1)
        ]
        clouds_title, now_title = _("Clouds") + ": ", _("Now") + ": "
        texts = {"yes": _("yes"), "no": _("no"), "partly": _("in part"), "unstated": _("not known")}
        offered = ", ".join(
            f"{name} – {texts[cloud.allows(resource.needs).support]}"
            for cloud in self.desk.settings.enabled_clouds()
            for name in [_(cloud.short_name)]
        )
        scope = self.desk.scope
        chosen = [account.cloud for account in scope.accounts] if scope else []
        facts = [
            Content.assemble((scope_title, "$text-muted"), _(resource.scope)),
            Content.assemble((clouds_title, "$text-muted"), offered),
            Content.assemble((now_title, "$text-muted"), self._counts.get(resource.name, "…")),
        ]
        if hint := resource.hint(list(dict.fromkeys(chosen))):
            facts.append(Content.assemble(("! ", "bold $text-warning"), hint))
        paragraphs = [
            [Content.styled(_(resource.action), "bold"), Content(_(resource.teaches))],
            facts,
            [Content.styled(read, "$text-muted"), *links],
        ]
        if resource.needs is Capability.SEE_CUSTOMERS:
            how = _("o opens the customers; I there imports the portal's export.")
            paragraphs.append([Content(how), Content(_("g o shows the book in charts."))])
        if self._lacks_customers:
            paragraphs.insert(0, [self._next_key()])
        self.reading.update(Content("\n\n").join(Content("\n").join(lines) for lines in paragraphs))

    @property
    def _lacks_customers(self) -> bool:
        """Whether nothing was read from Partner Center yet for an account that is connected."""
        accounts = self.desk.scope.accounts if self.desk.scope else ()
        return any(account.connected and account.synced_at is None for account in accounts)

    def _next_key(self) -> Content:
        key = shown_keys(REFRESH, self.desk.settings.keys)
        reads = _("reads the customers from Partner Center")
        return Content.assemble((key, "bold $text-accent"), "  ", reads)

    # Actions

    async def do_guide(self) -> None:
        """Open the guide of the row under the cursor."""
        await self.shell.show("guide", self.resource)

    async def do_customers(self) -> None:
        """Open the screen on which the action is done."""
        await self.shell.go_to(self.resource.screen)

    async def do_search(self) -> None:
        """Open the list of customers with its filter."""
        await self.shell.go_to("customers", "customers.filter")

    async def do_new(self) -> None:
        """Show the drafts; if there are none, the form for a new customer."""
        await self.shell.show("drafts")

    def do_copy(self) -> None:
        """Copy the address of a page; ask which one if there are several."""
        links = self.resource.links
        if len(links) == 1:
            self._copy(0)
            return
        self.choose(
            _("Copy:"),
            [
                Choice(
                    str(number), _(link.title), partial(self._copy, number - 1), default=number == 1
                )
                for number, link in enumerate(links, 1)
            ],
        )

    def _copy(self, place: int) -> None:
        self.copy(self.resource.links[place].address)

    async def do_back(self) -> None:
        """Show that there is no screen to go back to."""
        self.status.say(_("This is the first screen; ctrl+q quits."))
