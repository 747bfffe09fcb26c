"""Textual's own table with the first rows of a CSV file, between a header and a footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.widgets import DataTable, Footer, Header

from benchmarks.apps.usual import table_rows

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Table(App[None]):
    """Shows the rows."""

    def compose(self) -> ComposeResult:
        """Build the screen."""
        yield Header()
        yield DataTable[str](cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one(DataTable)
        table.add_columns(*table_rows()[0])
        table.add_rows(table_rows()[1:])
        table.focus()


if __name__ == "__main__":
    Table().run()
