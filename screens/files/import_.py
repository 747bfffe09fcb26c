"""Importing a file: what it would change, row by row, before anything is written."""

from __future__ import annotations

import asyncio
import shlex
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, number
from partnerdesk.models.lists.spec import Column, Kind, Row
from partnerdesk.screens.shared.undo import undo
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.app import ComposeResult

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.importing.plan import ImportOutcome, ImportPlan
    from partnerdesk.models.session import AppSession

COLUMNS = (
    Column("what", N_("What"), "", 9, Kind.CHOICE,
           choices={"refused": N_("refused"), "changed": N_("changed"), "new": N_("new")}),
    Column("line", N_("Line"), "", 7, rank=2),
    Column("customer", N_("Customer"), "", 20, grows=1, rank=1),
    Column("detail", N_("Detail"), "", 24, grows=3),
)  # fmt: skip
SHOWN_ROWS = 10_000
"""Rows of each kind that can be looked at; all are counted."""
BAR = 30
"""Cells of the progress bar."""


class ImportScreen(AppScreen):
    """What importing a file would do, and doing it."""

    NAME = "import"
    CSS_PATH = "import_.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("import.carry-out", "exclamation_mark", N_("Carry out"),
               N_("Write the new and changed customers into the book"), "!", changes=True),
        Action("import.undo", "u", N_("Undo"),
               N_("Take the import back that was just made; shows first what happens to each"),
               "u", changes=True),
        Action("import.map", "m", N_("Map columns"),
               N_("Say which column holds which field: company_name=Firma country=Land"), "m"),
    )  # fmt: skip

    table = query_one("#rows", RecordTable)
    summary = query_one("#summary", Static)

    def __init__(self, desk: AppSession, account: Account, path: Path) -> None:
        super().__init__(desk)
        self._account = account
        """The account the import was begun in; stays it, whatever the header chooses later."""
        self._path = path
        self._mapping: dict[str, str] = {}
        self._plan: ImportPlan | None = None
        self._done = False
        self._change_id: int | None = None
        """The import's entry in the history, once it is made."""
        self._writing = False
        self._reading: object = None
        """Which reading of the file is under way, or was last."""

    @classmethod
    async def load(cls, desk: AppSession, path: Path) -> Self:
        """Return what the file would change in the chosen account; it is read on the screen.

        Raises:
            NotFoundError: no account is chosen.
        """
        return cls(desk, desk.own_account(), path)

    def body(self) -> ComposeResult:
        """Build the summary and the rows below it."""
        yield Static(id="summary", markup=False)
        yield RecordTable(COLUMNS, self.desk.clock, id="rows")

    def on_mount(self) -> None:
        """Read the file."""
        self.set_focus(self.table)
        self._read()

    def _read(self) -> None:
        from partnerdesk.models.importing.files import read_plan

        self._plan = None
        store, account = self.desk.store, self._account.id
        label = _("Reading {file}").format(file=shown(self._path.name))
        told = self._progress(label)
        self.read(
            lambda: asyncio.to_thread(
                read_plan, store, account, self._path, self._mapping, told
            ),
            self._show_plan, self._show_failure, beside=True,
        )  # fmt: skip

    def _progress(self, label: str) -> Callable[[int, int], None]:
        reading = self._reading = object()
        before = -1

        def told(done: int, total: int) -> None:
            nonlocal before
            percent = done * 100 // total if total else 100
            if percent != before:
                before = percent
                shown = self.call_later(self._show_progress, reading, label, percent)
                if not shown or reading is not self._reading:
                    raise AppError(label)  # nobody waits for it any more: read no further

        return told

    def _show_progress(self, reading: object, label: str, percent: int) -> None:
        if reading is not self._reading:
            return
        filled = BAR * percent // 100
        self.summary.update(f"{label}\n\n{'█' * filled}{'░' * (BAR - filled)} {percent} %")

    def _show_failure(self, error: AppError) -> None:
        file = shown(str(self._path))
        text = _("{file} cannot be imported; nothing was changed.").format(file=file)
        self.summary.update(f"{text}\n\n{error.message}\n{error.remedy}")
        self.table.display = False

    def _show_plan(self, plan: ImportPlan) -> None:
        from partnerdesk.models.importing.files import counts, mapped_columns

        self._plan = plan
        place = f"{self._account.cloud.name} · {self._account.title}"
        heading = f"{shown(plan.file)} → {place}"
        onward = _("Nothing is written yet: ! carries it out, Esc leaves it. u undoes it.")
        if not (plan.new or plan.changed or plan.unchanged):
            onward = _("There is nothing to import in this file.")
        columns = shown("   ".join(mapped_columns(plan)))
        self.summary.update(
            Content.assemble(
                (heading, "bold"), "\n", (columns, "$text-muted"), "\n\n",
                (counts(plan), "bold"), "\n", onward,
            )
        )  # fmt: skip
        rows = self._rows(plan)
        self.table.display = bool(rows)
        self.table.show_all(rows)

    def on_record_table_moved(self, event: RecordTable.Moved) -> None:
        """Show whole what the row under the cursor has no room for."""
        if event.row is not None:
            self.status.say(shown(str(event.row.values[-1])), whole=True)

    def _rows(self, plan: ImportPlan) -> list[Row]:
        from partnerdesk.models.importing.fields import ImportField
        from partnerdesk.models.importing.plan import PLACE

        name = PLACE[ImportField.COMPANY_NAME]
        domain = PLACE[ImportField.PRIMARY_DOMAIN]
        refused = [
            ("refused", number(row.line), "", row.reason) for row in plan.refused_rows[:SHOWN_ROWS]
        ]
        changed = [
            ("changed", "", change.company_name,
             "; ".join(f"{line.field}: {line.before or '–'} → {line.after or '–'}"
                       for line in change.shown()))
            for change in plan.changes[:SHOWN_ROWS]
        ]  # fmt: skip
        new = [("new", "", values[name], values[domain]) for values in plan.new_rows[:SHOWN_ROWS]]
        return [Row(key, values) for key, values in enumerate([*refused, *changed, *new], 1)]

    # What keys do

    def refusal(self, action: Action) -> str:
        """Return why `action` cannot be done now."""
        if self._writing and action.id != "desk.help":
            return _("The import is being written; this takes a moment.")
        if action.id == "import.carry-out":
            if self._done:
                return _("It is done already. Esc goes back to the list.")
            if self._plan is None:
                return _("There is nothing to carry out.")
        if action.id == "import.undo" and self._change_id is None:
            return _("Nothing was imported here yet.")
        return super().refusal(action)

    async def perform(self, action: Action) -> None:
        """Do `action`; what the file holds has to be read before it is carried out."""
        if action.id == "import.carry-out":
            await self.read_out("read")
        await super().perform(action)

    def do_carry_out(self) -> None:
        """Write everything into the book, in one transaction; the app does it."""
        if self._plan is None:
            return
        self._done = self._writing = True
        self.status.say(_("Writing …"))
        busy_with = _("{file} is being imported.").format(file=shown(self._path.name))
        self.shell.start(partial(self._carry_out, self._plan), busy_with)

    async def _carry_out(self, plan: ImportPlan) -> None:
        try:
            outcome, refused = await asyncio.to_thread(self._write, plan)
        except AppError:
            self._done = False
            raise
        finally:
            self._writing = False
        self.call_later(self._show_outcome, outcome, refused)
        await self.shell.look()

    def _show_outcome(self, outcome: ImportOutcome, refused: str) -> None:
        from partnerdesk.models.importing.files import counts

        said = _("Imported: {counts}.").format(counts=counts(outcome))
        self._change_id = outcome.change_id
        onward = _("u undoes it, Esc goes back to the list.")
        if outcome.change_id is None:
            onward = _("Esc goes back to the list.")
        self.summary.update(Content.assemble((said, "bold"), "\n", refused, "\n\n", onward))
        self.status.say(_("Imported."))

    def _write(self, plan: ImportPlan) -> tuple[ImportOutcome, str]:
        """Write the book, then the refused rows; runs to its end whatever the screen does."""
        from partnerdesk.models.changes.history import Actor
        from partnerdesk.models.importing.customers import carry_out_import
        from partnerdesk.models.importing.files import keep_refused

        outcome = carry_out_import(self.desk.store, plan, Actor.present(), self.desk.clock())
        if not plan.refused:
            return outcome, ""
        try:
            kept = keep_refused(plan, self._path)
        except AppError as error:
            return outcome, _("The refused rows could not be kept: {error}").format(error=error)
        return outcome, _("Refused rows: {file}").format(file=kept)

    async def do_undo(self) -> None:
        """Show what taking the import back does to each customer."""
        if self._change_id is not None:
            await undo(self, self._change_id)

    def do_map(self) -> None:
        """Ask for the mapping of columns."""
        pairs = [shlex.quote(f"{field}={name}") for field, name in self._mapping.items()]
        text = "".join(f"{pair} " for pair in pairs)  # what is typed next is a new pair
        self.ask(_("field=Column …"), text, self._mapping_given, proposed=False)

    def _mapping_given(self, text: str | None) -> None:
        from partnerdesk.models.core.errors import UsageError
        from partnerdesk.models.importing.files import parse_mapping

        if text is None:
            return
        try:
            self._mapping = parse_mapping(shlex.split(text))
        except ValueError:
            raise UsageError(_("A quote is not closed.")) from None
        self._done, self._change_id = False, None
        self._read()

    def focus_body(self) -> None:
        """Give the keys back to the rows."""
        self.set_focus(self.table)
