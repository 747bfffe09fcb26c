"""Table files: which kind a file is, its columns, its rows one by one; and the writers beside.

A row's cells are texts. Nothing here knows what a column means.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from partnerdesk.models.core.errors import FileError, UsageError
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
"""The physical line (in a workbook: the row) that a row begins in, from 1; and its cells."""

Progress = Callable[[int, int], None]
"""Told how much is read and how much there is: bytes of a CSV file, rows of a workbook. How many
rows an XLSX file has is guessed by what was read so far."""


HEADING_ROWS = 30
"""Rows of a file among which its header is looked for."""


_BEGINNING = 65536
"""Bytes by which a file's encoding is found before its header is looked at."""


class Source(Protocol):
    """One kind of table file."""

    @property
    def delimiter(self) -> str:
        """What stands between cells; empty where nothing does."""
        ...

    @property
    def text(self) -> Encoding | None:
        """The text's encoding; None for a workbook."""
        ...

    @property
    def sheet(self) -> str:
        """The name of the sheet that was asked for; empty for none."""
        ...

    def rows(
        self, progress: Progress | None = None, passed: PassedOver | None = None
    ) -> Generator[Row]:
        """Yield the rows that are not blank; `passed` is told how many are."""
        ...


class Hints(Protocol):
    """What is known of the tables that are read."""

    def knows(self, word: str) -> bool:
        """Say whether a word is one that stands in such tables."""
        ...

    def heading(self, rows: Sequence[Sequence[str]]) -> int:
        """Return which of a file's first rows is the heading."""
        ...


class NoHints:
    """What is known of any table: a line of PowerShell's `Export-Csv` is no heading."""

    def knows(self, _word: str) -> bool:
        """Know nothing."""
        return False

    def heading(self, rows: Sequence[Sequence[str]]) -> int:
        """Return the first row that does not only name a type."""
        places = (place for place, row in enumerate(rows) if not is_type_line(row))
        return next(places, 0)


def is_type_line(row: Sequence[str]) -> bool:
    """Say whether a row is the line in which `Export-Csv` names the type of what follows."""
    return row[0].startswith("#TYPE ")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person says of how a file is read; empty texts: it is found out."""

    encoding: str = ""
    sheet: str = ""
    day_first: bool | None = None
    """Whether 03/04/2026 is the third of April."""


NOTHING_CHOSEN = Chosen()


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
    line: int = 1
    """Where the header stands."""
    above: tuple[tuple[int, str], ...] = ()
    """The lines above the header that are passed over."""

    @property
    def delimiter(self) -> str:
        """What stands between cells; empty where nothing does."""
        return self.source.delimiter

    @property
    def encoding(self) -> str:
        """Python's name of the text's encoding; empty for a workbook."""
        return self.source.text.name if self.source.text else ""

    def rows(
        self, progress: Progress | None = None, passed: PassedOver | None = None
    ) -> Generator[Row]:
        """Yield the rows under the header, blank ones left out.

        A row may have fewer cells than there are columns, or more. `passed` is told what is left
        out or filled in.

        Raises:
            FileError: the file is damaged, or was changed since its header was read.
        """
        self._refuse_changed()
        passed = passed if passed is not None else PassedOver()
        passed.lines.extend(self.above)
        try:
            with closing(self.source.rows(progress, passed)) as rows:
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


def read_sheet(path: Path, chosen: Chosen = NOTHING_CHOSEN, hints: Hints | None = None) -> Sheet:
    """Read the header of a CSV, JSON, XLSX, XLS or ODS file.

    A CSV file may begin with a byte-order mark and with Excel's `sep=;`; its cells stand between
    commas, semicolons or tabs. An encoding that can only be guessed is said with the words that
    depend on it. Of a workbook it is the sheet with content; of several, one has to be named.

    Raises:
        SheetsError: several sheets of a workbook have content, or none has the name that is given.
        UsageError: there is no such encoding, or the file has no encoding to name.
        FileError: the file is missing, unreadable, empty, damaged, of another kind, or larger
            than a table may be (`models.sheets.bounds`).
    """
    hints = hints or NoHints()
    stamp = _stamp(path)
    try:
        sheet = _begun(path, chosen, hints, stamp, _BEGINNING)
        if sheet.encoding == UTF_8 and not chosen.encoding and stamp.size > _BEGINNING:
            # Letters beyond ASCII may stand anywhere: only the whole file says what they are.
            text = find_encoding(path, hints.knows)
            return sheet if text == sheet.source.text else _begun(path, chosen, hints, stamp, -1)
    except OSError as error:
        raise unreadable(path, error) from error
    return sheet


def _begun(path: Path, chosen: Chosen, hints: Hints, stamp: Stamp, most: int) -> Sheet:
    """Read the header, the encoding found by the first bytes."""
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
    """Return the rows among which the header is, as far as they can be read."""
    found: list[Row] = []
    try:
        for row in islice(rows, HEADING_ROWS):
            found.append(row)
            if len(row[1]) > MOST_COLUMNS:
                break
    except FileError:
        if not found:
            raise  # else whoever reads the rows meets it, and knows the columns
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
    with path.open("rb") as file:
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
