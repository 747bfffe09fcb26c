"""Prints the rows of a list as a table, JSON, CSV or tab-separated lines."""

from __future__ import annotations

import json
import sys
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from partnerdesk.cli.shared.printing import json_text
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.models.lists.export import plain_value
from partnerdesk.models.lists.spec import Kind, cell_text, money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from partnerdesk.models.lists.spec import Column, ListSpec, Row

WIDEST = 40
"""The greatest width of a table column, in terminal cells."""
MEASURED = 10_000
"""The rows that decide the column widths; longer texts in later rows are cut."""


class Listing:
    """The rows of a list with the columns to print."""

    def __init__(self, spec: ListSpec, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        self._places = [(column, spec.columns.index(column)) for column in columns]
        self._rows = rows

    def print_json(self) -> None:
        """Print a JSON list of objects, one object per line."""
        print("[", end="")
        for place, row in enumerate(self._rows):
            values = {
                column.json_name: _json_value(column, row.values[index])
                for column, index in self._places
            }
            print(",\n " if place else "", json_text({"id": row.key, **values}), sep="", end="")
        print("]")

    def print_csv(self) -> None:
        """Print CSV with a heading row; on a terminal control characters are made visible."""
        import csv

        from partnerdesk.models.sheets.csv_file import guarded

        safe = shown if sys.stdout.isatty() else str
        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow([column.json_name for column, _index in self._places])
        for cells in self._plain_cells():
            out.writerow([guarded(safe(cell)) for cell in cells])

    def print_plain(self) -> None:
        """Print one line per row with tabs between the cells; cells contain no tabs."""
        for cells in self._plain_cells():
            print("\t".join(map(shown, cells)))

    def print_table(self, at: datetime) -> int:
        """Print a table, with ages relative to `at`; return the number of rows."""
        from rich.cells import cell_len, set_cell_size

        texts = (
            [cell_text(column, row.values[index], at) for column, index in self._places]
            for row in self._rows
        )
        heading = [_(column.label) for column, _index in self._places]
        measured = [heading, *islice(texts, MEASURED)]
        widths = [min(max(map(cell_len, cells)), WIDEST) for cells in zip(*measured, strict=True)]
        printed = -1  # the heading is not counted
        for line in chain(measured, texts):
            cells = [
                text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"
                for text, width in zip(line, widths, strict=True)
            ]
            print("  ".join(map(set_cell_size, cells, widths)).rstrip())
            printed += 1
        return printed

    def _plain_cells(self) -> Iterator[list[str]]:
        for row in self._rows:
            yield [plain_value(column, row.values[index]) for column, index in self._places]


def _json_value(column: Column, value: Any) -> object:
    if column.stored is not None:
        return column.stored.get(value)
    if column.words is not None:
        return json.loads(value) if value else None
    if column.kind is Kind.MONEY:
        amount, _space, currency = str(value or "").partition(" ")
        return money(amount, currency)
    if isinstance(value, list | int) and column.kind in (Kind.TAGS, Kind.NUMBER):
        return value
    return plain_value(column, value) or None
