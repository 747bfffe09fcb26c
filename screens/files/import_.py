"""The import of a file: shows the planned changes row by row before anything is written."""

from __future__ import annotations

import asyncio
import shlex
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Self

from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.core.errors import AppError, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, number
from partnerdesk.models.lists.completion import word_completer
from partnerdesk.models.lists.details import field_line
from partnerdesk.models.lists.spec import Column, Kind, Row
from partnerdesk.models.lists.tones import tones
from partnerdesk.screens.shared.undo import undo
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.detail_screen import DetailScreen
from partnerdesk.tui.widgets.prompt import Aid
from partnerdesk.tui.widgets.questions import Choice
from partnerdesk.tui.widgets.record_table import RecordTable
from partnerdesk.tui.widgets.sections import sections_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.app import ComposeResult

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.importing.plan import FilePlan, ImportOutcome
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.sections import Section

COLUMNS = (
    Column("what", N_("What"), "", 9, Kind.CHOICE,
           choices={"refused": N_("refused"), "changed": N_("changed"), "new": N_("new")},
           tones=tones(good=("new", "changed"), bad=("refused",))),
    Column("line", N_("Line"), "", 7, rank=2),
    Column("customer", N_("Customer"), "", 20, grows=1, rank=1),
    Column("detail", N_("Detail"), "", 24, grows=3),
)  # fmt: skip
SHOWN_ROWS = 10_000
"""The largest number of rows shown of each kind; the counts include all rows."""
MOST_CHOICES = 9
"""The largest number of sheets offered by one key each."""
BAR = 30
"""Width of the progress bar, in cells."""


class ImportScreen(DetailScreen):
    """Shows the planned import of a file, and carries it out."""

    NAME = "import"
    CSS_PATH = "import_.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("import.carry-out", "exclamation_mark", N_("Carry out"),
               N_("Write the new and changed rows into the book"), "!", changes=True),
        Action("import.undo", "u", N_("Undo"),
               N_("Take the import back that was just made; shows first what happens to each"),
               "u", changes=True),
        Action("import.map", "m", N_("Map columns"),
               N_("Say which column holds which field: company_name=Firma country=Land"), "m"),
        Action("import.encoding", "e", N_("Encoding"),
               N_("Say which encoding the text has, where it was guessed wrongly"), "e"),
        Action("import.sheet", "t", N_("Sheet"), N_("Say which sheet of the workbook is meant"),
               "t"),
        Action("import.dates", "d", N_("Dates"),
               N_("Say whether days stand before months: what 03/04/2026 is"), "d"),
        Action("import.other", "o", N_("Other list"),
               N_("Import the file into the list whose columns it has"), "o"),
    )  # fmt: skip

    table = query_one("#rows", RecordTable)
    summary = query_one("#summary", Static)

    def __init__(
        self, desk: AppSession, account: Account, path: Path, name: str = "customers"
    ) -> None:
        super().__init__(desk)
        self._account = account
        """The account of the import; it does not change with the scope chosen in the header."""
        self._path = path
        self._list = name
        """The name of the list to import into."""
        self._mapping: dict[str, str] = {}
        self._encoding, self._sheet = "", ""
        self._day_first: bool | None = None
        self._sheets: tuple[str, ...] = ()
        """The names of the sheets to choose from; empty if the sheet is clear."""
        self._asks_dates = False
        self._other = ""
        """The name of another list that has the columns of the file; empty for none."""
        self._plan: FilePlan | None = None
        self._done = False
        self._change_id: int | None = None
        """The id of the import's history entry; None before the import."""
        self._writing = False
        self._reading: object = None
        """Identifies the latest reading of the file, running or finished."""

    @classmethod
    async def load(cls, desk: AppSession, path: Path, name: str = "customers") -> Self:
        """Return the screen for the chosen account; the screen then reads the file.

        Raises:
            NotFoundError: no account is chosen.
        """
        return cls(desk, desk.own_account(), path, name)

    def body(self) -> ComposeResult:
        """Build the summary and the rows below it."""
        yield Static(id="summary", markup=False)
        yield from self.beside(RecordTable(COLUMNS, self.desk.clock, id="rows"))

    def row_details(self, row: Row) -> Sequence[Section]:
        """Return a row of the file with the whole of what would be done, and why not."""
        what, line, customer, detail = (
            field_line(column, value, self.desk.clock())
            for column, value in zip(COLUMNS, row.values, strict=True)
        )
        return sections_of([(customer.text, (what, line, detail))])

    def on_mount(self) -> None:
        """Read the file."""
        self.set_focus(self.table)
        self._read()

    def _read(self) -> None:
        from partnerdesk.models.importing.fields import LISTS
        from partnerdesk.models.importing.files import read_plan
        from partnerdesk.models.sheets import Chosen

        self._plan, self._other, self._asks_dates = None, "", False
        self._show_keys()
        store, kind = self.desk.store, LISTS[self._list]
        chosen = Chosen(self._encoding, self._sheet, self._day_first)
        by = self.desk.by()
        label = _("Reading {file}").format(file=shown(self._path.name))
        told = self._progress(label)
        self.read(
            lambda: asyncio.to_thread(
                read_plan, store, self._account, kind, self._path, by, self._mapping, chosen, told
            ),
            self._show_plan,
            self._show_failure,
            beside=True,
        )

    def _show_keys(self) -> None:
        """List in the key bar only the actions that are possible for this file now."""
        plan = self._plan
        means = {
            "import.carry-out": not self._done and plan is not None,
            "import.map": not self._done,
            "import.encoding": not self._done and (plan is None or plan.encoding is not None),
            "import.sheet": not self._done and bool(self._sheets),
            "import.dates": not self._done
            and (self._asks_dates or (plan is not None and plan.day_first is not None)),
            "import.other": bool(self._other),
            "import.undo": self._change_id is not None,
        }
        self.key_bar.leave_out(*(id for id, is_meant in means.items() if not is_meant))

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
                    raise AppError(label)  # no screen waits for this reading any more: stop it

        return told

    def _show_progress(self, reading: object, label: str, percent: int) -> None:
        if reading is not self._reading:
            return
        filled = BAR * percent // 100
        self.summary.update(f"{label}\n\n{'█' * filled}{'░' * (BAR - filled)} {percent} %")

    def _show_failure(self, error: AppError) -> None:
        from partnerdesk.models.importing.other_lists import OtherListError
        from partnerdesk.models.importing.records import DayOrderError
        from partnerdesk.models.sheets import SheetsError

        if isinstance(error, OtherListError) and error.other is not None:
            self._other = error.other.name
        self._asks_dates = isinstance(error, DayOrderError)
        if isinstance(error, SheetsError):
            self._sheets = error.names
        file = shown(str(self._path))
        text = _("{file} cannot be imported; nothing was changed.").format(file=file)
        self.summary.update(f"{text}\n\n{error.message}\n{error.remedy}")
        self.table.show_all(())
        self.table.display = False
        self._show_keys()

    def _show_plan(self, plan: FilePlan) -> None:
        from partnerdesk.models.importing.files import counts, how_read, mapped_columns

        self._plan = plan
        place = f"{self._account.cloud.name} · {self._account.title}"
        heading = f"{shown(plan.file)} → {place}"
        if self._list != "customers":
            heading += " · " + _(plan.kind.title)
        onward = _("Nothing is written yet: ! carries it out, Esc leaves it. u undoes it.")
        if not (plan.new or plan.changed or plan.unchanged):
            onward = _("There is nothing to import in this file.")
        columns = _("Columns") + ": " + shown(" · ".join(map(_briefly, mapped_columns(plan))))
        read = "".join(f"\n{shown(line)}" for line in how_read(plan))
        self.summary.update(
            Content.assemble(
                (heading, "bold"), "\n", (columns, "$text-muted"), read, "\n\n",
                (counts(plan), "bold"), "\n", onward,
            )
        )  # fmt: skip
        rows = self._rows(plan)
        self.table.display = bool(rows)
        self.table.show_all(rows)
        self._show_keys()

    def on_record_table_moved(self, event: RecordTable.Moved) -> None:
        """Show the full detail of the row under the cursor, which its column may cut."""
        if event.row is not None and not self.shows_details:
            self.status.say(shown(str(event.row.values[-1])), whole=True)

    def _rows(self, plan: FilePlan) -> list[Row]:
        refused = [
            ("refused", number(row.line), row.name, row.reason)
            for row in plan.refused_rows[:SHOWN_ROWS]
        ]
        changed = [
            ("changed", "", name,
             "; ".join(f"{line.field}: {line.before or '–'} → {line.after or '–'}"
                       for line in fields))
            for name, fields in islice(plan.shown_changes(), SHOWN_ROWS)
        ]  # fmt: skip
        new = [("new", "", name, said) for name, said in islice(plan.shown_new(), SHOWN_ROWS)]
        return [Row(key, values) for key, values in enumerate([*refused, *changed, *new], 1)]

    # Actions

    def refusal(self, action: Action) -> str:
        """Return why `action` is refused now."""
        if self._writing and action.id != "desk.help":
            return _("The import is being written; this takes a moment.")
        if action.id == "import.carry-out":
            if self._done:
                return _("It is done already. Esc goes back to the list.")
            if self._plan is None:
                return _("There is nothing to carry out.")
        if action.id == "import.undo" and self._change_id is None:
            return _("Nothing was imported here yet.")
        if self._done and action.id in ("import.map", "import.encoding", "import.sheet"):
            return _("It is done already. Esc goes back to the list.")
        return super().refusal(action)

    async def perform(self, action: Action) -> None:
        """Perform `action`; an import first waits until the file is read."""
        if action.id == "import.carry-out":
            await self.read_out("read")
        await super().perform(action)

    def do_carry_out(self) -> None:
        """Write all rows in one transaction, as a job of the app."""
        if self._plan is None:
            return
        self._done = self._writing = True
        self._show_keys()
        self.status.say(_("Writing …"))
        busy_with = _("{file} is being imported.").format(file=shown(self._path.name))
        self.shell.start(partial(self._carry_out, self._plan), busy_with)

    async def _carry_out(self, plan: FilePlan) -> None:
        try:
            outcome, refused = await asyncio.to_thread(self._write, plan)
        except AppError:
            self._done = False
            self.call_later(self._show_keys)
            raise
        finally:
            self._writing = False
        self.desk.unfinished_import = ""
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
        self._show_keys()

    def _write(self, plan: FilePlan) -> tuple[ImportOutcome, str]:
        """Write the rows into the book, then the refused rows into a file.

        Finishes even if the screen is left. Returns the outcome, and a text on the refused rows.
        """
        from partnerdesk.models.importing.files import carry_out, keep_refused

        outcome = carry_out(self.desk.store, plan, self.desk.by())
        if not plan.refused:
            return outcome, ""
        try:
            kept = keep_refused(plan, self._path)
        except AppError as error:
            return outcome, _("The refused rows could not be kept: {error}").format(error=error)
        return outcome, _("Refused rows: {file}").format(file=kept)

    async def do_undo(self) -> None:
        """Show the plan that undoes the import."""
        if self._change_id is not None:
            await undo(self, self._change_id)

    def do_map(self) -> None:
        """Ask for the mapping of columns to fields."""
        pairs = [shlex.quote(f"{field}={name}") for field, name in self._mapping.items()]
        text = "".join(f"{pair} " for pair in pairs)  # the space lets typing begin a new pair
        self.ask(_("field=Column …"), text, self._mapping_given, proposed=False)

    def _mapping_given(self, text: str | None) -> None:
        from partnerdesk.models.importing.files import parse_mapping

        if text is None:
            return
        try:
            self._mapping = parse_mapping(shlex.split(text))
        except ValueError:
            raise UsageError(_("A quote is not closed.")) from None
        self._read()

    def do_encoding(self) -> None:
        """Ask for the encoding of the text."""
        from partnerdesk.models.sheets.encoding import NAMES

        plan = self._plan
        text = self._encoding or (plan.encoding.title if plan and plan.encoding else "")
        aid = Aid(word_completer(NAMES))
        self.ask(
            _("Encoding ({names})").format(names=" ".join(NAMES)), text, self._encoded, aid=aid
        )

    def _encoded(self, text: str | None) -> None:
        from partnerdesk.models.sheets.encoding import named_encoding

        if text is None:
            return
        if text.strip():
            named_encoding(text)
        self._encoding = text.strip()
        self._read()

    def do_sheet(self) -> None:
        """Ask for the sheet: by a key each, or by name if there are too many."""
        if not self._sheets:
            raise UsageError(_("The file has no sheets to choose from."))
        choices = [
            Choice(
                str(place), shown(name[:30]), partial(self._sheet_chosen, name), default=place == 1
            )
            for place, name in enumerate(self._sheets[:MOST_CHOICES], 1)
        ]
        if len(self._sheets) > MOST_CHOICES:
            aid = Aid(word_completer(self._sheets))
            self.ask(_("Sheet"), self._sheet, self._sheet_chosen, aid=aid)
        else:
            self.choose(_("Sheet:"), choices)

    def _sheet_chosen(self, name: str | None) -> None:
        if name:
            self._sheet = name
            self._read()

    def do_dates(self) -> None:
        """Ask whether dates begin with the day or with the month."""
        self.choose(
            _("03/04/2026 is:"),
            [
                Choice("d", _("3 April"), partial(self._dates_chosen, day_first=True)),
                Choice("m", _("4 March"), partial(self._dates_chosen, day_first=False)),
            ],
        )

    def _dates_chosen(self, *, day_first: bool) -> None:
        self._day_first = day_first
        self._read()

    def do_other(self) -> None:
        """Import the file into the list whose columns it has."""
        if not self._other:
            raise UsageError(_("The file has the columns of this list."))
        self._list, self._mapping = self._other, {}
        self._read()

    def focus_body(self) -> None:
        """Return the focus to the rows."""
        self.set_focus(self.table)


def _briefly(mapped: str) -> str:
    """Return which column a field has; once, where both have one name."""
    field, _arrow, column = mapped.partition(" ← ")
    return field if field == column else mapped
