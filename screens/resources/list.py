"""The start page: tasks around customers, pages to read about them, and counts of open work."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.spec import Column, Row
from partnerdesk.models.resources import RESOURCES, OnBoard, Resource, on_board, waiting
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.screens.resources.board import board_lines, board_sections
from partnerdesk.tui.widgets.actions import GO, MAIN_PLACES, REFRESH, Action, shown_keys
from partnerdesk.tui.widgets.detail_pane import DetailPane
from partnerdesk.tui.widgets.detail_screen import DetailScreen
from partnerdesk.tui.widgets.questions import Choice
from partnerdesk.tui.widgets.record_table import RecordTable
from partnerdesk.tui.widgets.sections import Field, Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

MOST_ACTION = 38
"""The width of an action in cells, beside which open work is seen whole in 80 columns."""

LEAST_READING = 26
"""The height of a terminal, in cells, that leaves one line for what needs a person."""
MOST_LINES = 9
"""At most as many lines say what needs a person."""


def columns() -> tuple[Column, ...]:
    """Return the columns; the first one has the width of the longest action, if there is room."""
    longest = max(cell_len(_(resource.action)) for resource in RESOURCES)
    return (
        Column("action", N_("Action"), "", min(longest, MOST_ACTION)),
        Column("learn", N_("Read this to learn"), "", 18, grows=1, rank=4),
        Column("scope", N_("Scope"), "", 12, rank=3),
        Column("now", N_("Now"), "", 37, grows=6, rank=1),
    )


class ResourcesScreen(DetailScreen):
    """Shows the resources with the present counts of open work.

    Below the table stands what is told of the row under the cursor. In a wide terminal that stands
    beside the table, and the board below it.
    """

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
    _found: OnBoard | None = None
    """What needs a person; None until it is read."""

    table = query_one("#resources", RecordTable)
    left = query_one("#left", Vertical)
    needs = query_one("#needs", Static)
    reading = query_one("#reading", Static)
    board = query_one("#board", DetailPane)

    def body(self) -> ComposeResult:
        """Build the table, and what stands below and beside it."""
        table = RecordTable(columns(), self.desk.clock, id="resources")
        needs, reading = Static(id="needs"), Static(id="reading")
        if not self.has_room_for_details:
            yield table
            yield needs
            yield reading
            return
        with Horizontal(id="beside"):
            with Vertical(id="left"):
                yield table
                yield needs
                yield reading
                board = DetailPane(id="board")
                board.can_focus = False  # it is looked at; its lists have the keys
                yield board
            yield self.pane()

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
            self._read_board()

    def _read_board(self) -> None:
        """Read what needs a person; no key waits for it, nor for the reader of the lists."""
        scope, reader, at = self.desk.scope, self.desk.counters[0], self.desk.clock()
        if scope is not None:
            self.read(
                lambda: reader.ask(lambda book: on_board(book, scope.ids, at)),
                self._show_board,
                group="board",
                beside=True,
            )

    def _show_board(self, found: OnBoard) -> None:
        self._found = found
        self._show_needs()
        if self._has_pane:
            self.board.show(board_sections(found, self.desk.clock()))

    def _show_needs(self) -> None:
        """Show what needs a person in the lines between the table and what is told of its row."""
        if self._found is None:
            return
        lines = max(min(self.app.size.height - LEAST_READING, MOST_LINES), 1)
        keys = next(key for key, name, _title in MAIN_PLACES if name == "board")
        go = shown_keys(GO, self.desk.settings.keys)
        self.needs.update(board_lines(self._found, lines, f"{go} {keys}", self.desk.clock()))

    def share_room(self) -> None:
        """Show the details and the board where there is room, or the details below the table."""
        if self.has_room_for_details is not self._has_pane:
            self.shell.begin(self, partial(self.shell.replace, self.NAME))
            return
        super().share_room()
        if self._has_pane:
            self.left.styles.width = self.table.styles.width
            self.board.display = self.shows_details
            self.reading.display = self.needs.display = not self.shows_details
        self._show_needs()

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

    def row_details(self, row: Row) -> Sequence[Section]:
        """Return what is told of a resource, and the pages to read about it."""
        resource = RESOURCES[row.key - 1]
        hint = Field("!", self._hint(resource))
        facts = [Field(label, text) for label, text in self._facts(resource)]
        links = [Field(_(link.title), link.address) for link in resource.links]
        leads = [Field(*self._next_key())] if self._lacks_customers else []
        guide = Field(_("Guide"), _(resource.teaches))
        return (
            Section(_(resource.action), (*leads, guide, *facts, hint)),
            Section(_("Read"), tuple(links)),
        )

    def _facts(self, resource: Resource) -> list[tuple[str, str]]:
        """Return labels and texts: for whom a resource is, in which clouds, and what waits."""
        texts = {"yes": _("yes"), "no": _("no"), "partly": _("in part"), "unstated": _("not known")}
        offered = ", ".join(
            f"{name} – {texts[cloud.allows(resource.needs).support]}"
            for cloud in self.desk.settings.enabled_clouds()
            for name in [_(cloud.short_name)]
        )
        return [
            (_("Scope"), _(resource.scope)),
            (_("Clouds"), offered),
            (_("Now"), self._counts.get(resource.name, "…")),
        ]

    def _hint(self, resource: Resource) -> str:
        scope = self.desk.scope
        chosen = [account.cloud for account in scope.accounts] if scope else []
        return resource.hint(list(dict.fromkeys(chosen)))

    def _show_details(self) -> None:
        resource, read = self.resource, _("Read") + ":"
        links = [
            Content.assemble(f"  {place} ", (_(link.title), f"underline link='{link.address}'"))
            for place, link in enumerate(resource.links, 1)
        ]
        facts = [
            Content.assemble((f"{label}: ", "$text-muted"), text)
            for label, text in self._facts(resource)
        ]
        if hint := self._hint(resource):
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
            key, reads = self._next_key()
            line = Content.assemble((key, "bold $text-accent"), "  ", reads)
            paragraphs.insert(0, [line])
        self.reading.update(Content("\n\n").join(Content("\n").join(lines) for lines in paragraphs))

    @property
    def _lacks_customers(self) -> bool:
        """Whether nothing was read from Partner Center yet for an account that is connected."""
        accounts = self.desk.scope.accounts if self.desk.scope else ()
        return any(account.connected and account.synced_at is None for account in accounts)

    def _next_key(self) -> tuple[str, str]:
        """Return the key that reads the customers, and what it does."""
        key = shown_keys(REFRESH, self.desk.settings.keys)
        return key, _("reads the customers from Partner Center")

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
