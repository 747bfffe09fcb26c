"""A usual Textual app over the same customers: table, filter, dialogs, a second screen.

The app follows Textual's own guide and uses the default styles.
"""

from __future__ import annotations

import csv
import sys
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import DataTable, Footer, Header, Input, Label, OptionList, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

HELP = "\n".join(f"{key:8} {text}" for key, text in (
    ("↑ ↓", "Move the cursor"), ("PgUp", "A page up"), ("PgDn", "A page down"),
    ("/", "Narrow the list"), ("Enter", "Open the customer"), ("n", "Add a customer"),
    ("i", "Invite customers"), ("s", "Choose the column to sort by"), ("w", "More columns"),
    ("Space", "Mark the customer"), ("A", "Mark all shown"), ("y", "Copy"), ("x", "Export"),
    ("I", "Import"), ("D", "End the relationship"), ("Esc", "Go back"), ("g", "Go to a screen"),
    ("c", "Choose the cloud"), ("r", "Read again"), (":", "Type what to do"), ("?", "This help"),
))  # fmt: skip


@cache
def table_rows() -> list[list[str]]:
    """Return heading and rows of the CSV file `sys.argv[1]`, at most `sys.argv[2]` rows."""
    file, most = Path(sys.argv[1]), int(sys.argv[2])
    with file.open(newline="", encoding="utf-8-sig") as source:
        rows = list(islice(csv.reader(source), most + 1))
    return [["".join(char for char in cell if char.isprintable()) for cell in row] for row in rows]


class CloudDialog(ModalScreen[None]):
    """Asks for the cloud."""

    DEFAULT_CSS = """
    CloudDialog { align: center middle; }
    CloudDialog > Vertical {
        width: 60; height: auto; padding: 0 1; border: round $primary; background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        """Build the dialog."""
        with Vertical():
            yield Label("Cloud and account")
            yield OptionList("Partner Center", "US Government", "Germany", "All clouds")


class HelpDialog(ModalScreen[None]):
    """Shows the keys."""

    DEFAULT_CSS = """
    HelpDialog { align: center middle; }
    HelpDialog > VerticalScroll {
        width: 80; height: 26; padding: 0 1; border: round $primary; background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        """Build the dialog."""
        with VerticalScroll():
            yield Static(HELP)


class Changes(Screen[None]):
    """Another screen with a table."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "app.pop_screen", "Back")]

    def compose(self) -> ComposeResult:
        """Build the screen."""
        yield Header()
        yield DataTable[str](cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one(DataTable)
        table.add_columns("When", "Who", "What", "Customer", "State")
        table.add_rows((row[6], "bench", "added", row[0], "done") for row in table_rows()[1:40])
        table.focus()


class Customers(Screen[None]):
    """The list."""

    DEFAULT_CSS = "Customers Input { display: none; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("slash", "filter", "Filter"),
        ("c", "cloud", "Cloud"),
        ("h", "changes", "Changes"),
        ("question_mark", "keys", "Help"),
        ("escape", "clear", "Clear"),
    ]

    def compose(self) -> ComposeResult:
        """Build the screen."""
        yield Header()
        yield Input(placeholder="Filter")
        yield DataTable[str](cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one(DataTable)
        table.add_columns(*table_rows()[0])
        table.focus()
        self._fill("")

    def _fill(self, text: str) -> None:
        table = self.query_one(DataTable)
        table.clear()
        table.add_rows(
            row for row in table_rows()[1:] if text.casefold() in " ".join(row).casefold()
        )

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the rows that contain the text."""
        self._fill(event.value)

    def action_filter(self) -> None:
        """Ask for a filter."""
        field = self.query_one(Input)
        field.display = True
        field.focus()

    def action_clear(self) -> None:
        """Clear and hide the filter."""
        field = self.query_one(Input)
        field.value = ""
        field.display = False
        self.query_one(DataTable).focus()

    def action_cloud(self) -> None:
        """Ask for the cloud."""
        self.app.push_screen(CloudDialog())

    def action_keys(self) -> None:
        """Show the keys."""
        self.app.push_screen(HelpDialog())

    def action_changes(self) -> None:
        """Go to the other screen."""
        self.app.push_screen(Changes())


class Usual(App[None]):
    """The app."""

    def on_mount(self) -> None:
        """Show the list."""
        self.push_screen(Customers())


if __name__ == "__main__":
    Usual().run()
