"""Reads a workbook and writes its rows to stdout, in a separate process.

The library that reads workbooks stores a whole sheet in memory, every cell up to the last row and
column, and aborts the process if memory is short (tafia/calamine issue 693). A file of 2 KB can
need 500 GB, and the console has to survive it. The library gets XLSX files in bands; XLS, XLSB and
ODS files, which cannot be cut, it reads whole. Each row is a line of JSON; the exit code tells the
kind of a failure.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from enum import IntEnum
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZipFile

from partnerdesk.models.sheets.bounds import (
    LONGEST_LINE,
    MEMORY,
    MOST_FILE,
    MOST_SHEETS,
    MOST_UNPACKED,
    SECONDS,
)
from partnerdesk.models.sheets.workbooks.bands import (
    Band,
    TooLargeError,
    TooWideError,
    XlsxFile,
    is_xlsx,
    unpacked,
)
from partnerdesk.models.sheets.workbooks.merged import MergedCells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import IO

    from python_calamine import CalamineSheet, CalamineWorkbook

SHEETS = -1
"""Stands for the row's number in the line with the names of the sheets."""
REPORTED_EVERY = 1000
"""How many rows are read between two reports of progress."""


class Exit(IntEnum):
    """The exit codes of the process; any other code means that the file could not be read."""

    DONE = 0
    PASSWORD = 10
    NO_CONTENT = 11
    TOO_LARGE = 12
    TOO_WIDE = 13
    SEVERAL = 14
    NO_SHEET = 15


class SheetsError(Exception):
    """It is not clear which sheet to read; `args` are the exit code and the sheets' names."""


def main(suffix: str, wanted: str = "") -> int:
    """Write the rows of the sheet `wanted`, or of the only filled sheet; return the exit code.

    The workbook is standard input: the file that was judged, opened by the process that judged it;
    its name ends in `suffix`.

    A line is `[row, cells]`, blank rows left out; `[row, cells, true]`, where one has the text of a
    merged cell that began above; `[row, rows]`: how far it is of how many; or `[-1, names]`, the
    sheets that could be meant.
    """
    from python_calamine import PasswordError

    _limit_self()
    try:
        return Exit.DONE if _write_rows(sys.stdin.buffer, wanted, suffix) else Exit.NO_CONTENT
    except SheetsError as error:
        code, names = error.args
        sys.stdout.write(f"{json.dumps([SHEETS, names])}\n")
        return int(code)
    except PasswordError:
        return Exit.PASSWORD
    except TooWideError:
        return Exit.TOO_WIDE
    except (TooLargeError, MemoryError):
        return Exit.TOO_LARGE


def _limit_self() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return  # a system without such limits; the process still is a separate one


def _write_rows(file: IO[bytes], wanted: str = "", suffix: str = ".xlsx") -> bool:
    """Write the rows of an open workbook; return whether a sheet had content."""
    if file.seek(0, os.SEEK_END) > MOST_FILE:
        raise TooLargeError
    file.seek(0)
    if file.read(2) == b"PK":
        with ZipFile(file) as archive:
            if is_xlsx(archive):
                return _write_bands(XlsxFile(archive), wanted)
            _refuse_packed(archive)
    return _write_whole(file, wanted, suffix)


def _refuse_packed(archive: ZipFile) -> None:
    """Raise `TooLargeError` for a file whose unpacked size is too large to read it whole."""
    left = MOST_UNPACKED
    for name in archive.namelist():
        left -= sum(map(len, unpacked(archive, name, left)))


# Files that are read in bands


def _write_bands(file: XlsxFile, wanted: str) -> bool:
    parts = _sheets(file)
    for name in _candidates(parts, wanted, lambda name: _has_content(file, name, parts[name][0])):
        part, _visible = parts[name]
        table = _Table(file.size(part), _merged(file, name, part))
        for band in file.bands(part):
            table.write(_sheet(file, name, band), band.begin, band.end)
        if table.begun:
            return True
    return False


def _candidates(
    sheets: Mapping[str, tuple[str, bool]], wanted: str, has_content: Callable[[str], bool]
) -> Iterator[str]:
    """Yield the names of the sheets to try: the wanted sheet, or all sheets, visible ones first.

    Raises:
        SheetsError: no sheet has the wanted name, or several visible sheets have content.
    """
    if wanted:
        if wanted not in sheets:
            raise SheetsError(Exit.NO_SHEET, list(sheets))
        yield wanted
        return
    visible = [name for name, (_part, is_visible) in sheets.items() if is_visible]
    if len(visible) > 1:
        filled = [name for name in visible if has_content(name)]
        if len(filled) > 1:
            raise SheetsError(Exit.SEVERAL, filled)
    yield from sheets


def _has_content(file: XlsxFile, name: str, part: str) -> bool:
    return any(_sheet(file, name, band).start is not None for band in file.bands(part))


def _sheet(file: XlsxFile, name: str, band: Band) -> CalamineSheet:
    from python_calamine import CalamineError, CalamineWorkbook

    if band.is_first:
        first = file.first_workbook(band)
        with suppress(CalamineError), CalamineWorkbook.from_filelike(first) as book:
            return book.get_sheet_by_name(name)  # fails if the band needs more shared texts
    with CalamineWorkbook.from_filelike(file.workbook(band)) as book:
        return book.get_sheet_by_name(name)


def _merged(file: XlsxFile, name: str, part: str) -> MergedCells:
    from python_calamine import CalamineWorkbook

    workbook = file.merged(part)
    if workbook is None:
        return MergedCells(())
    with CalamineWorkbook.from_filelike(workbook) as book:
        return MergedCells(book.get_sheet_by_name(name).merged_cell_ranges or ())


def _sheets(file: XlsxFile) -> dict[str, tuple[str, bool]]:
    """Return each sheet's part and visibility by name; hidden sheets come last."""
    from python_calamine import CalamineWorkbook

    workbook, parts = file.index()
    with CalamineWorkbook.from_filelike(workbook) as book:
        found = {}
        for name, visible in _in_order(book).items():
            [[place]] = book.get_sheet_by_name(name).to_python()
            found[name] = (parts[int(text_of(place))], visible)
        return found


def _in_order(book: CalamineWorkbook) -> dict[str, bool]:
    """Return the visibility of each worksheet by name; hidden sheets come last."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    if len(book.sheets_metadata) > MOST_SHEETS:
        raise TooLargeError
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    sheets.sort(key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
    return {sheet.name: sheet.visible == SheetVisibleEnum.Visible for sheet in sheets}


class _Table:
    """Writes the rows of one sheet, band by band, with each cell in its column."""

    def __init__(self, size: int, merged: MergedCells) -> None:
        self.begun = False
        self._merged = merged
        self._size = size
        """The bytes of the sheet's XML, to estimate the number of its rows."""
        self._edge = 0
        """The number of blank columns left of the table, which are left out."""
        self._width = 0
        """The number of columns in the first band."""

    def write(self, sheet: CalamineSheet, begin: int, end: int) -> None:
        """Write the rows of a band, which spans the bytes `begin` to `end` of the sheet's XML."""
        if sheet.start is None:
            return
        top, left = sheet.start
        if not self.begun:
            self.begun, self._edge, self._width = True, left, sheet.width
        rows = sheet.to_python()
        for place, cells in enumerate(rows):
            row = top + 1 + place
            if place % REPORTED_EVERY == 0:
                done = begin + (end - begin) * (place + 1) // len(rows)
                _report(row, max(row, row * self._size // done))
            texts = [text_of(cell) for cell in cells]
            begins, texts, is_filled = self._merged.fill(row - 1, left, texts)
            _write(row, self._placed(texts, begins), is_filled=is_filled)

    def _placed(self, texts: list[str], left: int) -> list[str]:
        """Return a row's texts from the table's first column on, at least `_width` texts."""
        outside = max(self._edge - left, 0)
        row = [""] * (left - self._edge) + texts[outside:]
        row += [""] * (self._width - len(row))
        # Cells left of the table are appended, so that the reader can refuse the surplus cells.
        return row + texts[:outside]


# Files that are read whole


def _write_whole(file: IO[bytes], wanted: str, suffix: str = ".xlsx") -> bool:
    with _opened(file, suffix) as book:
        sheets = {name: ("", visible) for name, visible in _in_order(book).items()}
        for name in _candidates(sheets, wanted, lambda name: _end(book, name) is not None):
            sheet = book.get_sheet_by_name(name)
            if sheet.end is None:
                continue
            merged = MergedCells(sheet.merged_cell_ranges or ())
            for row, cells in enumerate(sheet.iter_rows(), start=1):
                if row % REPORTED_EVERY == 1:
                    _report(row, sheet.end[0] + 1)
                texts = [text_of(cell) for cell in cells]
                _left, texts, is_filled = merged.fill(row - 1, 0, texts)
                _write(row, texts, is_filled=is_filled)
            return True
    return False


def _end(book: CalamineWorkbook, name: str) -> tuple[int, int] | None:
    return book.get_sheet_by_name(name).end


def _opened(file: IO[bytes], suffix: str) -> CalamineWorkbook:
    from python_calamine import CalamineError, CalamineWorkbook

    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(BytesIO(file.read()))
    except CalamineError:
        # Only of a file with a suffix the library says whether it is encrypted.
        with TemporaryDirectory(prefix="partnerdesk-") as folder:
            link = Path(folder, f"book{suffix}")
            link.symlink_to(f"/dev/fd/{file.fileno()}")
            return CalamineWorkbook.from_path(link)


# Lines


def _report(row: int, rows: int) -> None:
    sys.stdout.write(f"[{row}, {rows}]\n")


def _write(row: int, texts: list[str], *, is_filled: bool) -> None:
    text = "".join(texts)
    if len(text) > LONGEST_LINE:
        raise TooLargeError
    if text.strip():
        line = [row, texts, True] if is_filled else [row, texts]
        sys.stdout.write(f"{json.dumps(line)}\n")


def text_of(cell: object) -> str:
    """Return the text of a cell's value: `123` for 123.0, dates in ISO 8601, `TRUE` for true."""
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case float() if cell.is_integer():
            return str(int(cell))
        case float():
            return f"{Decimal(repr(cell)):f}"
        case datetime():
            return (cell.date() if cell.time() == time() else cell).isoformat()
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)
