"""What happens to many records at once, a line each: the frame of runs and of an import's undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.lists.details import field_text
from partnerdesk.models.lists.spec import Column, Kind, Row
from partnerdesk.tui.widgets.detail_screen import DetailScreen
from partnerdesk.tui.widgets.record_table import RecordTable
from partnerdesk.tui.widgets.sections import Section, sections_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from partnerdesk.models.operations.bulk_records import RowState

SHOWN_ROWS = 10_000
"""Rows that can be looked at; all are counted."""
LONGEST_SAID = 400
"""Characters of a row that the status line says."""


class RowTexts(NamedTuple):
    """One line: whom it is about, what becomes of it, what changes, and what is to be said."""

    subject: str
    state: RowState
    change: str
    """Old → new, in words."""
    message: str


def row_texts(subject: str, state: RowState, change: str, message: str) -> RowTexts:
    """Return a line; where nothing changes, why stands in the place of what does."""
    return RowTexts(subject, state, change or message, message if change else "")


def columns(results: Mapping[str, str]) -> tuple[Column, ...]:
    """Return the columns; `results` are the titles of what becomes of a row."""
    return (
        Column("subject", N_("Whom"), "", 18, grows=2),
        Column("result", N_("Result"), "", 11, Kind.CHOICE, choices=results),
        Column("change", N_("What happens"), "", 22, grows=4),
        Column("told", N_("What to mind"), "", 16, grows=2, rank=1),
    )


class RowsScreen(DetailScreen):
    """Shows rows and their total; `!` carries them out. Subclasses say which, and how."""

    OWN_ACCOUNT = True

    DEFAULT_CSS = """
    RowsScreen #run-heading {
        height: 1; padding: 0 1; background: $surface; text-style: bold;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    _row_key = 0
    """The row under the cursor; 0 as long as there is none."""

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
        """Return the row whole: what becomes of it, what changes, what is to be minded."""
        title, *told = (
            (_(column.label), field_text(column, value, self.desk.clock()))
            for column, value in zip(self._columns, row.values, strict=True)
        )
        return sections_of([(title[1], told)])

    # What subclasses say

    def heading_text(self) -> str:
        """Return what is done."""
        raise NotImplementedError

    def counts(self) -> Mapping[RowState, int]:
        """Return how many rows there are of each state."""
        raise NotImplementedError

    def texts(self) -> Sequence[RowTexts]:
        """Return the rows, in their order."""
        raise NotImplementedError

    async def open_place(self, place: int) -> None:
        """Show more of the row at a place; 0 is the first."""
        raise NotImplementedError

    # What is shown

    def show_rows(self) -> None:
        """Show the rows and their total."""
        self.table.show_all([Row(n, row) for n, row in enumerate(self.texts()[:SHOWN_ROWS], 1)])
        self.heading.update(f"{self.heading_text()} · {self.total_text()}")

    def total_text(self) -> str:
        """Return how many rows there are, and how many of each state, in words."""
        counts = self.counts()
        counted = _("{count} {state}")  # a language that declines may turn it round
        parts = [
            counted.format(count=counts[state], state=_(title))
            for state, title in self.titles.items()
            if counts.get(state)
        ]
        total = sum(counts.values())
        return " · ".join([ngettext("{count} row", "{count} rows", total), *parts])

    def on_record_table_moved(self, event: RecordTable.Moved) -> None:
        """Say whole what the row has no room for that the cursor was moved to."""
        before, self._row_key = self._row_key, event.row.key if event.row is not None else 0
        was_moved = before not in (0, self._row_key)
        is_told = self.shows_details or self.prompt.is_open
        if event.row is not None and was_moved and not is_told:
            *_row, change, message = event.row.values
            text = " · ".join(filter(None, (change, message)))
            self.status.say(shown(text)[:LONGEST_SAID], whole=True)

    def on_record_table_opened(self) -> None:
        """Show more of the row that was clicked twice."""
        self.begin(f"{self.NAME}.open")

    # What keys do

    async def do_open(self) -> None:
        """Show more of the row under the cursor: its own plan, or what the history says of it."""
        row = await self.table.row_there()
        if row is not None:
            await self.open_place(row.key - 1)

    def do_copy(self) -> None:
        """Copy all rows."""
        lines = [
            "\t".join((row.subject, _(self.titles[row.state]), row.change, row.message))
            for row in self.texts()
        ]
        self.copy("\n".join(lines))
