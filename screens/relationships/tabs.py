"""The base of the relationship manager's screens: a line of tabs above a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.getters import query_one

from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.screens.files.ask_import import ask_import
from partnerdesk.screens.files.export import ExportFlow
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.list_screen import ListScreen
from partnerdesk.tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from textual.app import ComposeResult


TABS = ("invitations", "partners", "delegated-admin", "ended")
"""The names of the lists in the order of their tabs."""
TITLES = (N_("Invitations"), N_("Partners"), N_("Delegated admin"), N_("Ended"))
HELPED = (
    N_("Go to the invitations"),
    N_("Go to the indirect providers and resellers"),
    N_("Go to the delegated-admin relationships"),
    N_("Go to the relationships that ended"),
)

TAB_ACTIONS = (
    *(
        Action(f"tab.{name}", str(place), title, helped, str(place), bar=False)
        for place, (name, title, helped) in enumerate(zip(TABS, TITLES, HELPED, strict=True), 1)
    ),
    Action("tab.next", "tab", N_("Next tab"), N_("Go to the next tab"), "Tab", bar=False),
    Action("tab.resume", "R", N_("Resume"),
           N_("Show what is left of a run that was cut off, to go on with it"), "R", bar=False),
    Action("tab.previous", "shift+tab", N_("Previous tab"), N_("Go to the tab before"),
           "⇧Tab", bar=False),
)  # fmt: skip
"""Actions of all tabs: change the tab, and resume a run."""


def list_actions(name: str, filter_help: str) -> tuple[Action, ...]:
    """Return the actions of every list of the relationship manager; `name` is the list."""
    return (
        Action(f"{name}.filter", "slash", N_("Filter"), filter_help, "/"),
        Action(f"{name}.open", "enter", N_("Open"), N_("Open what is under the cursor"), "Enter"),
        Action(f"{name}.mark", "space", N_("Mark"), N_("Mark the row, or unmark it"), "Space",
               bar=False),
        Action(f"{name}.mark-all", "A", N_("Mark all"), N_("Mark all shown rows, or unmark them"),
               "A", bar=False),
        Action(f"{name}.sort", "s", N_("Sort"),
               N_("Choose the column to sort by; the same again turns the order"), "s", bar=False),
        Action(f"{name}.wide", "w", N_("Wide"),
               N_("Show or hide further columns; ← → scroll sideways"), "w", bar=False),
        Action(f"{name}.export", "x", N_("Export"),
               N_("Write the shown or the marked rows to CSV, XLSX or JSON"), "x", bar=False),
    )  # fmt: skip


class RelationshipTab(ListScreen):
    """A tab of the relationship manager. Subclasses define the list and its actions."""

    NAME = "relationships"
    IS_MAIN = True
    TAB: ClassVar[str] = ""
    """The name of the list, one of `TABS`."""
    RUN: ClassVar[str] = ""
    """The kind of run started here, so that an interrupted run is offered; empty for none."""
    TAKEN_KEYS: ClassVar[frozenset[str]] = frozenset()
    """Ids of common actions whose keys have another meaning on this tab."""

    tabs = query_one(TabLine)

    @classmethod
    def all_actions(cls) -> tuple[Action, ...]:
        """Return all actions except those in `TAKEN_KEYS`."""
        return tuple(action for action in super().all_actions() if action.id not in cls.TAKEN_KEYS)

    def body(self) -> ComposeResult:
        """Build the tabs above the list."""
        yield TabLine([_(title) for title in TITLES], TABS.index(self.TAB))
        yield from super().body()

    def scope_chosen(self) -> None:
        """Show the rows of the chosen account, and mention an interrupted run."""
        super().scope_chosen()
        if self.RUN and self.desk.scope is not None:
            self.read(self._cut_off, self._offer_run, group="offer", beside=True)

    def _offer_run(self, left: int | None) -> None:
        if left is not None and not self.status.message:
            self.status.say(_("A run was cut off: R shows what is left of it."))

    async def _cut_off(self) -> int | None:
        await self.shell.ready()
        from partnerdesk.models.operations.bulk import unfinished_run
        from partnerdesk.models.operations.bulk_records import RunKind

        scope = self.desk.scope
        if scope is None:
            return None
        return await self.desk.aside(unfinished_run, scope.ids, RunKind(self.RUN))

    def do_import(self) -> None:
        """Ask for a file, and show the planned import."""
        ask_import(self, self.TAB)

    async def about_marked(self, what: str) -> str:
        """Return a question about the marked rows, with their number and the number hidden.

        Without marks the question is about the row under the cursor. If the list is empty, show
        a message and return "".
        """
        keys = await self.marks.keys()
        if not keys:
            self.status.say(_("There is nothing here."))
            return ""
        count = ngettext("{count} row", "{count} rows", len(keys))
        rows = " ".join(filter(None, [count, await self.marks.hidden_text()]))
        return _("{what} {rows}:").format(what=what, rows=rows)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether a key means something here: beside details, Tab goes into them."""
        if action == "perform" and parameters == ("tab.next",) and self.shows_details:
            return False
        return super().check_action(action, parameters)

    def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        """Go to the clicked tab."""
        self.begin(f"tab.{TABS[event.place]}")

    # Actions

    async def do_resume(self) -> None:
        """Show the interrupted run of this tab, to continue it."""
        run_id = await self._cut_off() if self.RUN else None
        if run_id is None:
            self.status.say(_("No run was cut off here."))
            return
        await self.shell.show("run", run_id)

    async def do_invitations(self) -> None:
        """Go to the invitations."""
        await self._go_to_tab("invitations")

    async def do_partners(self) -> None:
        """Go to the indirect providers and resellers."""
        await self._go_to_tab("partners")

    async def do_delegated_admin(self) -> None:
        """Go to the delegated-admin relationships."""
        await self._go_to_tab("delegated-admin")

    async def do_ended(self) -> None:
        """Go to the customers whose relationship ended."""
        await self._go_to_tab("ended")

    async def do_next(self) -> None:
        """Go to the next tab."""
        await self._step(1)

    async def do_previous(self) -> None:
        """Go to the previous tab."""
        await self._step(-1)

    async def _step(self, by: int) -> None:
        await self._go_to_tab(TABS[(TABS.index(self.TAB) + by) % len(TABS)])

    async def _go_to_tab(self, name: str) -> None:
        if name != self.TAB:
            await self.shell.replace(name)

    async def do_export(self) -> None:
        """Ask which rows and columns to export, and to which file."""
        if self.desk.scope is not None:
            await ExportFlow(self, self.query_of(self.desk.scope)).ask()
