"""Workbooks (XLSX, XLS, ODS), read in a process of their own.

The library that reads them puts a whole sheet into memory, cell by cell up to its last corner, and
ends the process where that does not fit (tafia/calamine issue 693). A file of 2 KB can ask for
500 GB, and the console has to outlive it. Run as a script, this file is that process: it writes
each row as a line of JSON, and its exit code says what went wrong.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import IntEnum
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from python_calamine import CalamineSheet, CalamineWorkbook

    from models.errors import FileError

WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
REPORTED_EVERY = 1000
"""Rows between two reports of progress."""
MEMORY = 2 * 1024**3
"""Bytes that the reading process may take."""
SECONDS = 300
"""Processor time that the reading process may take."""

_MARKS = (b"PK\x03\x04", b"PK\x05\x06", bytes.fromhex("d0cf11e0a1b11ae1"))


class _Exit(IntEnum):
    """What the reading process answers; anything else means that it failed."""

    DONE = 0
    PASSWORD = 10
    NO_CONTENT = 11


def is_workbook(head: bytes) -> bool:
    """Say whether a file that begins with `head` is a ZIP or OLE container, as workbooks are."""
    return head.startswith(_MARKS)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook; what counts is its first visible sheet with content."""

    path: Path
    delimiter: str = ""
    encoding: str = ""

    def rows(
        self, progress: Callable[[int, int], None] | None = None
    ) -> Generator[tuple[int, list[str]]]:
        """Yield the rows that are not blank, the header first, with the number of each.

        Raises:
            FileError: the file is damaged, encrypted or too large.
        """
        command = [sys.executable, "-P", __file__, str(self.path.absolute())]
        with subprocess.Popen(  # noqa: S603 - this file, run by this Python
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as reader:
            lines = reader.stdout or ()
            try:
                height = 0
                for number, line in enumerate(lines):
                    if not line.endswith(b"\n"):
                        break
                    row, cells = json.loads(line)
                    if cells is None:
                        height = row
                        continue
                    if progress and number % REPORTED_EVERY == 0:
                        progress(row, height)
                    yield row, cells
                code = reader.wait()
            finally:
                reader.kill()
        if code not in (_Exit.DONE, _Exit.NO_CONTENT):
            raise _failure(self.path, code)
        if progress:
            progress(height, height)


def _failure(path: Path, code: int) -> FileError:
    from models.errors import FileError
    from models.languages import _
    from models.plain import shown

    if code == _Exit.PASSWORD:
        return FileError(
            _("{file} is protected with a password.").format(file=shown(str(path))),
            _("Save it without the password."),
        )
    return FileError(
        _("{file} cannot be read: it is no workbook, damaged or too large.").format(
            file=shown(str(path))
        ),
        _("Open it in a spreadsheet and save it again, as XLSX or CSV UTF-8."),
    )


def text_of(cell: object) -> str:
    """Return a cell as a person reads it: `123` for 123.0, dates in ISO 8601, `TRUE`."""
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


def _limit_self() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return  # a system without such limits; the process is apart all the same


def _opened(path: str) -> CalamineWorkbook:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_path(path)  # believes the name's ending
    except PasswordError:
        raise
    except CalamineError:
        return CalamineWorkbook.from_filelike(BytesIO(Path(path).read_bytes()))


def _first_with_content(book: CalamineWorkbook) -> CalamineSheet | None:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    for listed in sorted(sheets, key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible):
        sheet = book.get_sheet_by_name(listed.name)
        if sheet.start is not None:
            return sheet
    return None


def write_rows(path: str) -> int:
    """Write to stdout how high the sheet is, then its rows; return the exit code."""
    from python_calamine import PasswordError

    try:
        with _opened(path) as book:
            sheet = _first_with_content(book)
            if sheet is None or sheet.end is None:
                return _Exit.NO_CONTENT
            sys.stdout.write(f"[{sheet.end[0] + 1}, null]\n")
            for row, cells in enumerate(sheet.iter_rows(), start=1):
                texts = [text_of(cell) for cell in cells]
                if "".join(texts).strip():
                    sys.stdout.write(f"{json.dumps([row, texts])}\n")
    except PasswordError:
        return _Exit.PASSWORD
    return _Exit.DONE


if __name__ == "__main__":
    _limit_self()
    sys.exit(write_rows(sys.argv[1]))
