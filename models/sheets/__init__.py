"""Reads and writes table files: recognises the kind of a file, reads its header, yields its rows.

The cells of a row are texts. This room knows no meaning of a column.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from partnerdesk.models.core.errors import FileError, UsageError
from partnerdesk.models.core.given_files import TABLE, opened, to_read
from partnerdesk.models.core.text import listed, shown
from partnerdesk.models.languages import _, ngettext, number
from partnerdesk.models.sheets.bounds import MOST_COLUMNS
from partnerdesk.models.sheets.csv_file import CsvFile
from partnerdesk.models.sheets.encoding import UTF_8, Encoding, find_encoding, named_encoding
from partnerdesk.models.sheets.json_file import JsonFile, is_json
from partnerdesk.models.sheets.passed_over import PassedOver
from partnerdesk.models.sheets.workbook import (
    WORKBOOK_SUFFIXES,
    SheetsError,
    Workbook,
    is_workbook,
)
from partnerdesk.models.sheets.writing import (
    LONGEST_CELL,
    csv_into,
    json_into,
    write_csv,
    write_json,
    write_xlsx,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path

__all__ = [
    "LONGEST_CELL",
    "NOTHING_CHOSEN",
    "UTF_8",
    "Chosen",
    "Encoding",
    "Hints",
    "PassedOver",
    "Progress",
    "Row",
    "Sheet",
    "SheetsError",
    "csv_into",
    "is_type_line",
    "json_into",
    "read_sheet",
    "unreadable",
    "write_csv",
    "write_json",
    "write_xlsx",
]

Row = tuple[int, list[str]]
"""The line (in a workbook: the row) in which a row begins, from 1; and the row's cells."""

Progress = Callable[[int, int], None]
"""Called with how much is read and how much there is: bytes of a text file, rows of a workbook. The
number of rows in an XLSX file is an estimate."""


HEADING_ROWS = 30
"""How many rows of a file are searched for its header."""


_BEGINNING = 65536
"""How many bytes are read to find a file's encoding before its header is read."""


class Source(Protocol):
    """A file of one kind: CSV, JSON or a workbook."""

    @property
    def delimiter(self) -> str:
        """The character between cells; empty for a workbook and JSON."""
        ...

    @property
    def text(self) -> Encoding | None:
        """The encoding of a text file; None for a workbook."""
        ...

    @property
    def sheet(self) -> str:
        """The name of the chosen sheet; empty for no choice."""
        ...

    def rows(
        self, on_progress: Progress | None = None, passed: PassedOver | None = None
    ) -> Generator[Row]:
        """Yield the rows that are not blank; `passed` receives the others."""
        ...


class Hints(Protocol):
    """Knowledge about the expected tables, which helps to find the encoding and the header."""

    def knows(self, word: str) -> bool:
        """Return whether a word is likely to occur in the expected tables."""
        ...

    def heading(self, rows: Sequence[Sequence[str]]) -> int:
        """Return the index of the header among a file's first rows."""
        ...


class NoHints:
    """The hints for a table of unknown content: the header is the first row but a `#TYPE` line."""

    def knows(self, _word: str) -> bool:
        """Return False: no word is expected."""
        return False

    def heading(self, rows: Sequence[Sequence[str]]) -> int:
        """Return the index of the first row that is no `#TYPE` line."""
        places = (place for place, row in enumerate(rows) if not is_type_line(row))
        return next(places, 0)


def is_type_line(row: Sequence[str]) -> bool:
    """Return whether a row is the line in which PowerShell's `Export-Csv` names a type."""
    return row[0].startswith("#TYPE ")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The person's choices for reading a file; the program decides where a choice is missing."""

    encoding: str = ""
    """The name of the encoding; empty for no choice."""
    sheet: str = ""
    """The name of the workbook's sheet; empty for no choice."""
    day_first: bool | None = None
    """Whether 03/04/2026 is the third of April; None for no choice."""


NOTHING_CHOSEN = Chosen()


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of a file on disk; a different stamp means that the file was changed."""

    inode: int
    size: int
    """The size in bytes."""
    modified: int
    """The modification time in nanoseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table file whose header has been read; `rows` reads the file anew on each call."""

    path: Path
    columns: list[str]
    """The cells of the header without surrounding white space; some may be empty."""
    source: Source
    stamp: Stamp
    line: int = 1
    """The line of the header, from 1."""
    above: tuple[tuple[int, str], ...] = ()
    """The number and the text of each line above the header."""

    @property
    def delimiter(self) -> str:
        """The character between cells; empty for a workbook and JSON."""
        return self.source.delimiter

    @property
    def encoding(self) -> str:
        """Python's name of the encoding of a text file; empty for a workbook."""
        return self.source.text.name if self.source.text else ""

    def rows(
        self, on_progress: Progress | None = None, passed: PassedOver | None = None
    ) -> Generator[Row]:
        """Yield the rows below the header, without blank rows.

        A row may have fewer or more cells than there are columns.

        Args:
            on_progress: called with how much of the file is read.
            passed: receives the blank rows, and the lines above the header.

        Raises:
            FileError: the file is damaged, or was changed since its header was read.
        """
        self._refuse_changed()
        passed = passed if passed is not None else PassedOver()
        passed.lines.extend(self.above)
        try:
            with closing(self.source.rows(on_progress, passed)) as rows:
                for _above in self.above:
                    next(rows, None)
                next(rows, None)
                passed.filled = 0  # in the heading and above it, nobody has to be told
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
            with opened(self.path, TABLE) as file:
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


def read_sheet(path: Path, chosen: Chosen = NOTHING_CHOSEN, hints: Hints | None = None) -> Sheet:
    """Read the header of a CSV, JSON, XLSX, XLS or ODS file.

    A CSV file may begin with a byte-order mark and with Excel's `sep=;`; its delimiter is a comma,
    a semicolon, a tab, or the character of the `sep=` line. A guessed encoding comes with sample
    words for the person to check. A workbook with several filled sheets needs `chosen.sheet`.

    Args:
        path: the file.
        chosen: the person's choices.
        hints: knowledge about the expected table; None for none.

    Raises:
        SheetsError: several visible sheets of a workbook have content, or none has the chosen name.
        UsageError: the chosen encoding is unknown, or the file has no encoding or no sheets.
        FileError: the file is missing, unreadable, empty, damaged, of another kind, or larger than
            the bounds in `models.sheets.bounds`.
    """
    hints = hints or NoHints()
    stamp = _stamp(path)
    try:
        sheet = _begun(path, chosen, hints, stamp, _BEGINNING)
        if sheet.encoding == UTF_8 and not chosen.encoding and stamp.size > _BEGINNING:
            # Letters beyond ASCII may follow later: only the whole file shows the encoding.
            text = find_encoding(path, hints.knows)
            return sheet if text == sheet.source.text else _begun(path, chosen, hints, stamp, -1)
    except OSError as error:
        raise unreadable(path, error) from error
    return sheet


def _begun(path: Path, chosen: Chosen, hints: Hints, stamp: Stamp, most: int) -> Sheet:
    """Read the header, with the encoding found from the first `most` bytes (-1: all bytes)."""
    source = _source(path, chosen, hints, most)
    with closing(source.rows()) as rows:
        first = _first_rows(rows)
    if not first:
        raise FileError(
            _("{file} is empty.").format(file=shown(str(path))),
            _("Its first line has to name the columns."),
        )
    _refuse_wide(path, first[0][1])
    is_list = isinstance(source, JsonFile)
    place = 0 if is_list else hints.heading([cells for _line, cells in first])
    line, header = first[place]
    _refuse_wide(path, header)
    columns = [cell.strip() for cell in header]
    above = tuple((line, " ".join(filter(None, cells))) for line, cells in first[:place])
    return Sheet(path, columns, source, stamp, line, above)


def _first_rows(rows: Iterator[Row]) -> list[Row]:
    """Return the rows that are searched for the header, up to the first unreadable row."""
    found: list[Row] = []
    try:
        for row in islice(rows, HEADING_ROWS):
            found.append(row)
            if len(row[1]) > MOST_COLUMNS:
                break
    except FileError:
        if not found:
            raise  # otherwise the error recurs in `Sheet.rows`, when the columns are known
    return found


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


def _source(path: Path, chosen: Chosen, hints: Hints, most: int) -> Source:
    with opened(path, TABLE) as file:
        head = file.read(4096)
    if is_workbook(head):
        if chosen.encoding:
            raise UsageError(
                _("{file} is a workbook, which has no encoding to name.").format(
                    file=shown(path.name)
                )
            )
        return Workbook(path, chosen.sheet)
    if chosen.sheet:
        raise UsageError(
            _("{file} is no workbook: it has no sheets.").format(file=shown(path.name))
        )
    if path.suffix.lower() in WORKBOOK_SUFFIXES:
        raise FileError(
            _("{file} is no workbook, whatever its name says.").format(file=shown(str(path))),
            _("Open it in a spreadsheet and save it as XLSX or CSV UTF-8."),
        )
    if chosen.encoding:
        text = Encoding(named_encoding(chosen.encoding))
    else:
        text = find_encoding(path, hints.knows, most=most)
    return JsonFile(path, text) if is_json(path, head) else CsvFile.recognised(path, text)


def _stamp(path: Path) -> Stamp:
    try:
        found = to_read(path, TABLE).stat()
    except OSError as error:
        raise unreadable(path, error) from error
    return Stamp(found.st_ino, found.st_size, found.st_mtime_ns)


def unreadable(path: Path, error: OSError) -> FileError:
    """Return the error for a file that the operating system cannot open or read."""
    name = shown(str(path))
    if isinstance(error, FileNotFoundError):
        return FileError(_("There is no file {file}.").format(file=name))
    reason = error.strerror or str(error)
    return FileError(_("{file} cannot be read: {reason}.").format(file=name, reason=reason))
