"""Writes CSV, XLSX and JSON files atomically; the same rows always give the same bytes."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
from typing import IO, TYPE_CHECKING

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.core.given_files import EXPORT, Kind, written_whole
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, number
from partnerdesk.models.sheets.csv_file import DELIMITERS, guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575
"""The greatest number of rows below the header of an XLSX sheet."""
LONGEST_CELL = 32_767
"""The greatest number of characters in a spreadsheet's cell; imports refuse longer cells."""

_WRITTEN_AT = datetime(2000, 1, 1, tzinfo=UTC)
_MEASURED_ROWS = 200
_NARROWEST, _WIDEST = 8, 60


def write_csv(
    rows: Iterable[Sequence[str]],
    columns: Sequence[str],
    file: Path,
    kind: Kind = EXPORT,
    *,
    overwrite: bool = False,
) -> int:
    r"""Write `rows` as CSV that every spreadsheet opens; return the number of rows.

    The file is UTF-8 with a byte-order mark, has commas, `\r\n`, and quotes where they are needed.
    A cell that a spreadsheet would read as a formula gets a `'` in front, which `read_sheet`
    removes again. Only one row at a time is in memory.

    Raises:
        FileError: `file` exists and `overwrite` is False, or it cannot be written.
    """
    with whole_file(file, kind, overwrite=overwrite) as stream:
        return csv_into(stream, rows, columns)


def write_json(
    rows: Iterable[Sequence[str]], columns: Sequence[str], file: Path, *, overwrite: bool = False
) -> int:
    """Write `rows` as a JSON list of objects; return the number of rows.

    Raises:
        FileError: `file` exists and `overwrite` is False, or it cannot be written.
    """
    with whole_file(file, overwrite=overwrite) as stream:
        return json_into(stream, rows, columns)


def write_xlsx(
    rows: Iterable[Sequence[str]], columns: Sequence[str], file: Path, *, overwrite: bool = False
) -> int:
    """Write `rows` as a workbook of one sheet; return the number of rows.

    Every cell is a text: no formulas, links or numbers, so leading zeros stay.

    Raises:
        FileError: `file` exists and `overwrite` is False, it cannot be written, or the rows do not
            fit in a sheet.
    """
    with whole_file(file, overwrite=overwrite) as stream:
        return _xlsx_into(stream, rows, columns)


def csv_into(stream: IO[bytes], rows: Iterable[Sequence[str]], columns: Sequence[str]) -> int:
    """Write `rows` to an open stream as `write_csv` writes them to a file."""
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
    try:
        writer = csv.writer(text, lineterminator="\r\n")
        # An unquoted heading that contains another delimiter would mislead programs that guess the
        # delimiter from the first line.
        misleads = any(mark in heading for mark in DELIMITERS[1:] for heading in columns)
        quoted = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
        (quoted if misleads else writer).writerow([guarded(heading) for heading in columns])
        written = 0
        # The cells of a single column must not look like several cells with another delimiter.
        writer = quoted if len(columns) == 1 else writer
        for row in rows:
            writer.writerow([guarded(cell) for cell in row])
            written += 1
    finally:
        text.detach()
    return written


def json_into(stream: IO[bytes], rows: Iterable[Sequence[str]], columns: Sequence[str]) -> int:
    """Write `rows` to an open stream as `write_json` writes them to a file."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    keys = [encode(column) for column in columns]
    written = 0
    for row in rows:
        fields = ",\n".join(
            f"    {key}: {encode(cell)}" for key, cell in zip(keys, row, strict=True)
        )
        opening = ",\n" if written else "[\n"
        stream.write(f"{opening}  {{\n{fields}\n  }}".encode(errors="replace"))
        written += 1
    stream.write(b"\n]\n" if written else b"[]\n")
    return written


def _xlsx_into(stream: IO[bytes], rows: Iterable[Sequence[str]], columns: Sequence[str]) -> int:
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    rest = iter(rows)
    first = list(islice(rest, _MEASURED_ROWS))
    # The library collects the rows in a temporary file, and the packed workbook stays in memory. So
    # a full disk shows as an error of `stream`, not as a half-written archive.
    packed = io.BytesIO()
    workbook = Workbook(
        packed,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    try:
        workbook.use_zip64()
        workbook.set_properties({"created": _WRITTEN_AT})
        sheet = workbook.add_worksheet()
        for place, width in enumerate(_widths(columns, first)):
            sheet.set_column(place, place, width)
        bold = workbook.add_format({"bold": True})
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column, bold)
        sheet.freeze_panes(1, 0)
        written = 0
        for written, row in enumerate(chain(first, rest), start=1):
            _write_row(sheet, written, row, columns)
        sheet.autofilter(0, 0, written, max(len(columns) - 1, 0))
        workbook.close()
    except BaseException as error:
        with contextlib.suppress(Exception):
            workbook.close()  # it removes its temporary files
        if isinstance(error, FileCreateError):
            raise OSError(errno.ENOSPC, str(error)) from error
        raise
    stream.write(packed.getbuffer())
    return written


def _write_row(sheet: Worksheet, row: int, cells: Sequence[str], columns: Sequence[str]) -> None:
    if row > MOST_ROWS:
        raise FileError(
            _("An XLSX sheet holds at most {count} rows.").format(count=number(MOST_ROWS)),
            _("Write CSV or JSON, or filter the list."),
        )
    for place, cell in enumerate(cells):
        if len(cell) > LONGEST_CELL:
            raise FileError(
                _(
                    "Row {row}, column {column}: an XLSX cell holds at most {count} characters."
                ).format(row=row, column=shown(columns[place]), count=number(LONGEST_CELL)),
                _("Write CSV or JSON."),
            )
        if cell.startswith("<r>") and cell.endswith("</r>"):
            # XlsxWriter would insert such a text as ready-made XML; split into parts it is text.
            sheet.write_rich_string(row, place, cell[:1], cell[1:2], cell[2:])
        else:
            sheet.write_string(row, place, cell)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[int]:
    for place, column in enumerate(columns):
        longest = max(len(column) + 4, *(len(row[place]) + 2 for row in rows), _NARROWEST)
        yield min(longest, _WIDEST)


@contextmanager
def whole_file(file: Path, kind: Kind = EXPORT, *, overwrite: bool) -> Iterator[IO[bytes]]:
    """Open a file for writing; it appears when the block ends, and not at all if the block fails.

    Raises:
        FileError: `file` exists and `overwrite` is False, or it cannot be written.
        RefusedError: it may not be written (`models.core.given_files`).
        UsageError: its name has another ending than its kind.
    """
    try:
        with written_whole(file, kind, overwrite=overwrite) as stream:
            yield stream
    except OSError as error:
        raise FileError(
            _("{file} cannot be written: {reason}.").format(
                file=shown(str(file)), reason=error.strerror or str(error)
            ),
            _("Name another file, or look at the folder and the room on the disk."),
        ) from error
