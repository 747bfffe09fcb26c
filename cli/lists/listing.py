"""Prints rows of a list: as a table for a person, as JSON, CSV or plain lines for programs."""

from __future__ import annotations

import sys
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from partnerdesk.cli.shared.printing import json_text
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.models.lists.export import plain_value
from partnerdesk.models.lists.spec import Kind, cell_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from partnerdesk.models.lists.spec import Column, ListSpec, Row

WIDEST = 40
"""Cells that a column of the table takes at most."""
MEASURED = 10_000
"""Rows whose texts the table's widths are made for; what comes behind them is cut to fit."""


class Listing:
    """Rows of a list and the columns of them that are to be printed."""

    def __init__(self, spec: ListSpec, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        self._places = [(column, spec.columns.index(column)) for column in columns]
        self._rows = rows

    def print_json(self) -> None:
        """Print a list of objects, one a line."""
        print("[", end="")
        for place, row in enumerate(self._rows):
            values = {
                column.json_name: _json_value(column, row.values[index])
                for column, index in self._places
            }
            print(",\n " if place else "", json_text({"id": row.key, **values}), sep="", end="")
        print("]")

    def print_csv(self) -> None:
        """Print CSV with a heading; on a terminal with control characters made visible."""
        import csv

        from partnerdesk.models.sheets.csv_file import guarded

        safe = shown if sys.stdout.isatty() else str
        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow([column.json_name for column, _index in self._places])
        for cells in self._plain_cells():
            out.writerow([guarded(safe(cell)) for cell in cells])

    def print_plain(self) -> None:
        """Print a line for each row, tabs between the cells and none inside."""
        for cells in self._plain_cells():
            print("\t".join(map(shown, cells)))

    def print_table(self, at: datetime) -> int:
        """Print a table as a person reads it, with ages counted from `at`; return its rows."""
        from rich.cells import cell_len, set_cell_size

        texts = (
            [cell_text(column, row.values[index], at) for column, index in self._places]
            for row in self._rows
        )
        heading = [_(column.label) for column, _index in self._places]
        measured = [heading, *islice(texts, MEASURED)]
        widths = [min(max(map(cell_len, cells)), WIDEST) for cells in zip(*measured, strict=True)]
        printed = -1  # the heading is no row
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
    if isinstance(value, list | int) and column.kind in (Kind.TAGS, Kind.NUMBER):
        return value
    return plain_value(column, value) or None
