"""Table files: which kind a file is, its columns, its rows one by one; and the writers beside.

A row's cells are texts. Nothing here knows what a column means.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.core.text import listed, shown
from partnerdesk.models.languages import _, ngettext, number
from partnerdesk.models.sheets.bounds import MOST_COLUMNS
from partnerdesk.models.sheets.csv_file import CsvFile
from partnerdesk.models.sheets.workbook import WORKBOOK_SUFFIXES, Workbook, is_workbook
from partnerdesk.models.sheets.writing import (
    LONGEST_CELL,
    csv_into,
    json_into,
    write_csv,
    write_json,
    write_xlsx,
)

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

__all__ = [
    "LONGEST_CELL",
    "Progress",
    "Row",
    "Sheet",
    "csv_into",
    "json_into",
    "read_sheet",
    "unreadable",
    "write_csv",
    "write_json",
    "write_xlsx",
]

Row = tuple[int, list[str]]
"""The physical line (in a workbook: the row) that a row begins in, from 1; and its cells."""

Progress = Callable[[int, int], None]
"""Told how much is read and how much there is: bytes of a CSV file, rows of a workbook. How many
rows an XLSX file has is guessed by what was read so far."""


class Source(Protocol):
    """One kind of table file."""

    @property
    def delimiter(self) -> str:
        """What stands between cells; empty for a workbook."""
        ...

    @property
    def encoding(self) -> str:
        """Python's name of the text encoding; empty for a workbook."""
        ...

    def rows(self, progress: Progress | None = None) -> Generator[Row]:
        """Yield the rows that are not blank, the header first."""
        ...


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether a file is still the one that was looked at."""

    inode: int
    size: int
    modified: int
    """Nanoseconds."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table file whose header has been read. Its rows are read anew each time, never kept."""

    path: Path
    columns: list[str]
    """The header's cells as they stand, without white space around; some may be empty."""
    source: Source
    stamp: Stamp

    @property
    def delimiter(self) -> str:
        """What stands between cells; empty for a workbook."""
        return self.source.delimiter

    @property
    def encoding(self) -> str:
        """Python's name of the text encoding; empty for a workbook."""
        return self.source.encoding

    def rows(self, progress: Progress | None = None) -> Generator[Row]:
        """Yield the rows under the header, blank ones left out.

        A row may have fewer cells than there are columns, or more.

        Raises:
            FileError: the file is damaged, or was changed since its header was read.
        """
        self._refuse_changed()
        try:
            with closing(self.source.rows(progress)) as rows:
                next(rows, None)
                yield from rows
        except OSError as error:
            raise unreadable(self.path, error) from error
        self._refuse_changed()

    def sha256(self) -> str:
        """Return the file's SHA-256 in hexadecimal digits.

        Raises:
            FileError: the file cannot be read, or was changed since its header was read.
        """
        try:
            with self.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise unreadable(self.path, error) from error
        self._refuse_changed()
        return digest

    def _refuse_changed(self) -> None:
        if _stamp(self.path) != self.stamp:
            raise FileError(
                _("{file} was changed while it was read.").format(file=shown(str(self.path))),
                _("Try again when nobody writes it."),
            )


def read_sheet(path: Path) -> Sheet:
    """Read the header of a CSV, XLSX, XLS or ODS file.

    A CSV file may begin with a byte-order mark and with Excel's `sep=;`; its cells stand between
    commas, semicolons or tabs. It must be UTF-8 or UTF-16: guessing among the older encodings
    would corrupt names without a word. Of a workbook it is the first sheet with content. No more
    than the first rows are read.

    Raises:
        FileError: the file is missing, unreadable, empty, damaged, of another kind, or larger
            than a table may be (`models.sheets.bounds`).
    """
    stamp = _stamp(path)
    try:
        source = _source(path)
        with closing(source.rows()) as rows:
            header = next(rows, None)
    except OSError as error:
        raise unreadable(path, error) from error
    if header is None:
        raise FileError(
            _("{file} is empty.").format(file=shown(str(path))),
            _("Its first line has to name the columns."),
        )
    columns = [cell.strip() for cell in header[1]]
    _refuse_wide(path, columns)
    return Sheet(path, columns, source, stamp)


def _refuse_wide(path: Path, columns: list[str]) -> None:
    if len(columns) <= MOST_COLUMNS:
        return
    raise FileError(
        ngettext(
            "{file} has {count} column, more than a table may have ({most}): {names}.",
            "{file} has {count} columns, more than a table may have ({most}): {names}.",
            len(columns),
            file=shown(str(path)),
            most=number(MOST_COLUMNS),
            names=listed(columns),
        ),
        _("Look whether it is the right file, and delete the columns that are not needed."),
    )


def _source(path: Path) -> Source:
    with path.open("rb") as file:
        head = file.read(8)
    if is_workbook(head):
        return Workbook(path)
    suffix = path.suffix.lower()
    if suffix in WORKBOOK_SUFFIXES:
        raise FileError(
            _("{file} is no workbook, whatever its name says.").format(file=shown(str(path))),
            _("Open it in a spreadsheet and save it as XLSX or CSV UTF-8."),
        )
    if suffix == ".json":
        raise FileError(
            _("{file} is JSON, which cannot be imported.").format(file=shown(str(path))),
            _("Give a CSV or XLSX file."),
        )
    return CsvFile.recognised(path)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise FileError(_("{file} is a folder.").format(file=shown(str(path))))
    if not stat.S_ISREG(found.st_mode):
        raise FileError(_("{file} is no regular file.").format(file=shown(str(path))))
    return Stamp(found.st_ino, found.st_size, found.st_mtime_ns)


def unreadable(path: Path, error: OSError | ValueError) -> FileError:
    """Return the error for a file that the system does not let us read."""
    name = shown(str(path))
    if isinstance(error, FileNotFoundError):
        return FileError(_("There is no file {file}.").format(file=name))
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return FileError(_("{file} cannot be read: {reason}.").format(file=name, reason=reason))
