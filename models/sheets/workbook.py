"""Starts the process that reads a workbook (`workbooks/reading.py`), and yields its rows."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.core.given_files import TABLE, opened
from partnerdesk.models.core.text import listed, shown
from partnerdesk.models.languages import _, number
from partnerdesk.models.sheets.bounds import MOST_COLUMNS
from partnerdesk.models.sheets.workbooks.reading import SHEETS, Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from partnerdesk.models.sheets.encoding import Encoding
    from partnerdesk.models.sheets.passed_over import PassedOver

WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})

_MARKS = (b"PK\x03\x04", b"PK\x05\x06", bytes.fromhex("d0cf11e0a1b11ae1"))
_HOUSE = Path(__file__).parents[3]
_START = """
import sys
sys.path.append(sys.argv[1])
from partnerdesk.models.sheets.workbooks.reading import main
sys.exit(main(*sys.argv[2:]))
"""


def is_workbook(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a ZIP or OLE container."""
    return head.startswith(_MARKS)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook, of which one sheet is read: the named sheet, or the only visible filled one."""

    path: Path
    sheet: str = ""
    delimiter: str = ""
    text: Encoding | None = None

    def rows(
        self,
        on_progress: Callable[[int, int], None] | None = None,
        passed: PassedOver | None = None,
    ) -> Generator[tuple[int, list[str]]]:
        """Yield the number and the cells of each row that is not blank.

        Raises:
            SheetsError: no sheet is named and several have content, or no sheet has the name.
            FileError: the file is damaged, encrypted or too large.
        """
        program = [sys.executable, "-P", "-c", _START, str(_HOUSE)]
        command = [*program, self.path.suffix.lower(), self.sheet]
        with (
            opened(self.path, TABLE) as file,
            subprocess.Popen(  # noqa: S603 - our own code, run by this Python
                command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            ) as reader,
        ):
            lines = reader.stdout or ()
            row, before = 0, 0
            names: list[str] = []
            try:
                for line in lines:
                    if not line.endswith(b"\n"):
                        break
                    row, cells, *filled = json.loads(line)
                    if row == SHEETS:
                        names = cells
                    elif isinstance(cells, list):
                        if passed:
                            passed.blank += row - before - 1 if before else 0
                            passed.filled += bool(filled)
                        before = row
                        yield row, cells
                    elif on_progress:
                        on_progress(row, cells)
                code = reader.wait()
            finally:
                reader.kill()
        if code in (Exit.SEVERAL, Exit.NO_SHEET):
            raise SheetsError(self.path, names, self.sheet)
        if code not in (Exit.DONE, Exit.NO_CONTENT):
            raise _failure(self.path, code)
        if on_progress:
            on_progress(row, row)


class SheetsError(FileError):
    """A workbook has several sheets with content, or no sheet of the chosen name."""

    def __init__(self, path: Path, names: Sequence[str], wanted: str) -> None:
        file, listing = shown(path.name), listed(names)
        if wanted:
            text = _("{file} has no sheet {name}.").format(file=file, name=shown(wanted[:60]))
        else:
            text = _("{file} has several sheets with content: which one is meant?").format(
                file=file
            )
        remedy = _("Name it (t in the console, --sheet in the command): {names}.")
        super().__init__(text, remedy.format(names=listing))
        self.names = tuple(names)
        """The names of the sheets to choose from."""


def _failure(path: Path, code: int) -> FileError:
    if code == Exit.PASSWORD:
        return FileError(
            _("{file} is protected with a password.").format(file=shown(str(path))),
            _("Save it without the password."),
        )
    if code == Exit.TOO_WIDE:
        return FileError(
            _("{file} is too large: cells with content stand beyond column {count}.").format(
                file=shown(str(path)), count=number(MOST_COLUMNS)
            ),
            _("Delete what stands to the right of the table, and save the file again."),
        )
    if code == Exit.TOO_LARGE:
        return FileError(
            _("{file} is too large: unpacked, it holds more than a table may.").format(
                file=shown(str(path))
            ),
            _("Save the sheet that is meant as “CSV UTF-8”, and import that one."),
        )
    return FileError(
        _("{file} cannot be read: it is no workbook, damaged or too large.").format(
            file=shown(str(path))
        ),
        _("Open it in a spreadsheet and save it again, as XLSX or CSV UTF-8."),
    )
