"""The history: every change, its author, and its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from partnerdesk.models.changes.list import CHANGES
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.screens.files.export import ExportFlow
from partnerdesk.screens.shared.undo import undo
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.empty_place import CLOCK, Emptiness, another_cloud
from partnerdesk.tui.widgets.list_screen import ListScreen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.lists.spec import Row


class ChangesScreen(ListScreen):
    """The list of changes, the newest first."""

    NAME = "changes"
    IS_MAIN = True
    SPEC = CHANGES
    TITLES: ClassVar[Mapping[str, str]] = {"at": N_("When")}
    PAGE = "change"
    OWN_ACCOUNT = True
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("changes.filter", "slash", N_("Filter"),
               N_("Narrow the list: words, what:noted, who:olga, when<7d, state:undone"), "/"),
        Action("changes.open", "enter", N_("Open"), N_("Open the change"), "Enter"),
        Action("changes.undo", "u", N_("Undo"),
               N_("Take the change under the cursor back; shows the plan first"), "u",
               changes=True),
        Action("changes.sort", "s", N_("Sort"),
               N_("Choose the column to sort by; the same again turns the order"), "s"),
        Action("changes.wide", "w", N_("Wide"),
               N_("Show or hide further columns; ← → scroll sideways"), "w"),
        Action("changes.copy", "y", N_("Copy"),
               N_("Copy what it is about, who changed it, or the number of the change"), "y",
               bar=False),
        Action("changes.export", "x", N_("Export"),
               N_("Write the shown changes to CSV, XLSX or JSON"), "x"),
    )  # fmt: skip

    def count_text(self, count: int) -> str:
        """Return the number of changes as text."""
        return ngettext("{count} change", "{count} changes", count)

    def emptiness(self, scope: Scope) -> Emptiness:
        """Return what the list will show."""
        account = scope.account
        place = _(account.cloud.short_name) if account else _("all clouds")
        why = (
            _("Nothing has been changed in {place} yet.").format(place=place),
            _("Every change is kept here: who made it, when and why, before and after."),
        )
        return Emptiness("\n\n".join(why), (another_cloud(),), CLOCK)

    def no_match_text(self) -> str:
        """Return that nothing matches the filter."""
        return _("No change matches this filter.")

    async def open_row(self, row: Row) -> None:
        """Open the change under the cursor."""
        await self.shell.show("change", row.key)

    # Actions

    async def do_undo(self) -> None:
        """Show the plan that undoes the change under the cursor."""
        row = await self.table.row_there()
        if row is not None:
            await undo(self, row.key)

    async def do_copy(self) -> None:
        """Ask what to copy of the change under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is nothing to copy."))
            return
        self.questions.ask_what_to_copy(row, {"n": "customer", "w": "who", "i": "id"})

    async def do_export(self) -> None:
        """Ask for the file to write the shown changes to."""
        if self.desk.scope is not None:
            await ExportFlow(self, self.query_of(self.desk.scope)).ask()
