"""The base of lists whose rows are changed in runs, exported and imported."""

from __future__ import annotations

from typing import ClassVar

from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.screens.files.ask_import import ask_import
from partnerdesk.screens.files.export import ExportFlow
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.list_screen import ListScreen


def list_actions(name: str, filter_help: str) -> tuple[Action, ...]:
    """Return the actions that every list has; `name` is the list."""
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


def resume_action(name: str) -> Action:
    """Return the action that shows what is left of an interrupted run; `name` is the list."""
    return Action(f"{name}.resume", "R", N_("Resume"),
                  N_("Show what is left of a run that was cut off, to go on with it"), "R",
                  bar=False)  # fmt: skip


class RecordList(ListScreen):
    """A list with runs over its marked rows. Subclasses define the list and its actions."""

    RUN: ClassVar[str] = ""
    """The kind of run started here, so that an interrupted run is offered; empty for none."""

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

    # Actions

    def do_import(self) -> None:
        """Ask for a file, and show the planned import."""
        ask_import(self, self.SPEC.name)

    async def do_resume(self) -> None:
        """Show the interrupted run of this tab, to continue it."""
        run_id = await self._cut_off() if self.RUN else None
        if run_id is None:
            self.status.say(_("No run was cut off here."))
            return
        await self.shell.show("run", run_id)

    async def do_export(self) -> None:
        """Ask which rows and columns to export, and to which file."""
        if self.desk.scope is not None:
            await ExportFlow(self, self.query_of(self.desk.scope)).ask()
