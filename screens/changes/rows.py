"""The base of screens that change many records at once: runs, and the undo of an import."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.lists.details import field_line
from partnerdesk.models.lists.spec import Column, Kind, Row
from partnerdesk.models.lists.tones import tones
from partnerdesk.tui.widgets.detail_screen import DetailScreen
from partnerdesk.tui.widgets.record_table import RecordTable
from partnerdesk.tui.widgets.sections import Section, sections_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from partnerdesk.models.operations.bulk_records import RowState

RESULT_TONES = tones(
    good=("done",), pending=("waiting",), bad=("refused", "failed"), over=("nothing",)
)
SHOWN_ROWS = 10_000
"""The largest number of rows shown; the counts include all rows."""
LONGEST_MESSAGE = 400
"""The largest number of characters of a row shown on the status line."""


class RowTexts(NamedTuple):
    """The texts of one row."""

    subject: str
    """The name of the record."""
    state: RowState
    change: str
    """The old and the new values as text; if nothing changes, the reason."""
    message: str
    """A warning, an error or a note; may be empty."""


def row_texts(subject: str, state: RowState, change: str, message: str) -> RowTexts:
    """Return the texts of a row; if nothing changes, the message takes the place of the change."""
    return RowTexts(subject, state, change or message, message if change else "")


def columns(results: Mapping[str, str]) -> tuple[Column, ...]:
    """Return the columns; `results` maps the states of a row to their titles."""
    return (
        Column("subject", N_("Whom"), "", 18, grows=1),
        Column("result", N_("Result"), "", 13, Kind.CHOICE, choices=results, tones=RESULT_TONES),
        Column("change", N_("What happens"), "", 34, grows=6),
        Column("told", N_("What to mind"), "", 16, grows=1, rank=1),
    )


class RowsScreen(DetailScreen):
    """Shows rows and their total; `!` carries them out. Subclasses define both."""

    OWN_ACCOUNT = True

    DEFAULT_CSS = """
    RowsScreen #run-heading {
        height: 1; padding: 0 1; background: $surface; text-style: bold;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    _row_key = 0
    """The key of the row under the cursor; 0 before the first row is shown."""

    heading = query_one("#run-heading", Static)

    def body(self) -> ComposeResult:
        """Build the heading and the list of rows."""
        from partnerdesk.models.operations.bulk import ROW_TITLES

        self.titles = dict(ROW_TITLES)
        yield Static(id="run-heading", markup=False)
        titles = {state.value: title for state, title in self.titles.items()}
        self._columns = columns(titles)
        yield from self.beside(RecordTable(self._columns, self.desk.clock, id="run"))

    def row_details(self, row: Row) -> Sequence[Section]:
        """Return the full texts of a row: its state, what changes, and what to mind."""
        title, *told = (
            field_line(column, value, self.desk.clock())
            for column, value in zip(self._columns, row.values, strict=True)
        )
        return sections_of([(title.text, told)])

    # Implemented by subclasses

    def heading_text(self) -> str:
        """Return the title of the operation."""
        raise NotImplementedError

    def counts(self) -> Mapping[RowState, int]:
        """Return the number of rows in each state."""
        raise NotImplementedError

    def texts(self) -> Sequence[RowTexts]:
        """Return the rows, in their order."""
        raise NotImplementedError

    async def open_place(self, place: int) -> None:
        """Open the details of a row; `place` 0 is the first row."""
        raise NotImplementedError

    # Display

    def show_rows(self) -> None:
        """Show the rows and their total."""
        self.table.show_all([Row(n, row) for n, row in enumerate(self.texts()[:SHOWN_ROWS], 1)])
        self.heading.update(f"{self.heading_text()} · {self.total_text()}")

    def total_text(self) -> str:
        """Return the numbers of all rows and of the rows in each state as text."""
        counts = self.counts()
        counted = _("{count} {state}")  # a translation may change the order
        parts = [
            counted.format(count=counts[state], state=_(title))
            for state, title in self.titles.items()
            if counts.get(state)
        ]
        total = sum(counts.values())
        return " · ".join([ngettext("{count} row", "{count} rows", total), *parts])

    def on_record_table_moved(self, event: RecordTable.Moved) -> None:
        """Show the full texts of the row under the cursor, which its columns may cut."""
        before, self._row_key = self._row_key, event.row.key if event.row is not None else 0
        was_moved = before not in (0, self._row_key)
        is_told = self.shows_details or self.prompt.is_open
        if event.row is not None and was_moved and not is_told:
            *_row, change, message = event.row.values
            text = " · ".join(filter(None, (change, message)))
            self.status.say(shown(text)[:LONGEST_MESSAGE], whole=True)

    def on_record_table_opened(self) -> None:
        """Open the details of the double-clicked row."""
        self.begin(f"{self.NAME}.open")

    # Actions

    async def do_open(self) -> None:
        """Open the details of the row under the cursor: its plan, its change, or its record."""
        row = await self.table.row_there()
        if row is not None:
            await self.open_place(row.key - 1)

    def do_copy(self) -> None:
        """Copy all rows as text, columns separated by tabs."""
        lines = [
            "\t".join((row.subject, _(self.titles[row.state]), row.change, row.message))
            for row in self.texts()
        ]
        self.copy("\n".join(lines))
