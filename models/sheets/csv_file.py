"""Reads CSV files of any encoding and delimiter, also with Excel's `sep=` line; quotes strictly."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.core.given_files import TABLE, opened
from partnerdesk.models.languages import _
from partnerdesk.models.languages import number as number_text
from partnerdesk.models.sheets.bounds import LONGEST_LINE
from partnerdesk.models.sheets.encoding import encoding_title

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO, TextIO

    from partnerdesk.models.sheets.encoding import Encoding
    from partnerdesk.models.sheets.passed_over import PassedOver

DELIMITERS = ",;\t"
REPORTED_EVERY = 1000
"""How many rows are read between two reports of progress."""

_FIRST_LINES = 40
"""How many lines are read to find the delimiter."""
_SEPARATOR_LINE = re.compile(r'^"?sep=([^\w\s"]|\t)"?\s*$', re.IGNORECASE)
_GUARDED = re.compile(r"'+\s*[=+\-@\t\r\n＝＋－＠]")
_DANGEROUS = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")


def guarded(cell: str) -> str:
    """Return `cell` in a form that a spreadsheet reads as text and not as a formula.

    A cell that begins with `= + - @`, a full-width form of these, a tab or a line break gets a `'`
    in front (`reference/rules.md §14`). So does a cell that begins with such quotes already, so
    that `unguarded` always restores the original.
    """
    return "'" + cell if _DANGEROUS.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return the original of a cell from `guarded`."""
    return cell[1:] if _GUARDED.match(cell) else cell


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file whose encoding and delimiter are known."""

    path: Path
    text: Encoding
    delimiter: str
    sheet: str = ""

    @classmethod
    def recognised(cls, path: Path, text: Encoding) -> CsvFile:
        """Return the CSV file at `path`, with the delimiter found from its first lines.

        Raises:
            FileError: the file is not text in this encoding.
            OSError: the file cannot be read.
        """
        with opened(path, TABLE) as raw, decoded(raw, text.name) as stream:
            lines = (line for line in text_lines(stream, path, text.name) if line.strip())
            first = list(islice(lines, _FIRST_LINES))
        return cls(path, text, _delimiter(first))

    def rows(
        self,
        on_progress: Callable[[int, int], None] | None = None,
        passed: PassedOver | None = None,
    ) -> Generator[tuple[int, list[str]]]:
        """Yield the line and the cells of each row that is not blank.

        Raises:
            FileError: the bytes are no text, or the text is no CSV; the error names the line.
            OSError: the file cannot be read.
        """
        with opened(self.path, TABLE) as raw, decoded(raw, self.text.name) as stream:
            size = os.fstat(raw.fileno()).st_size
            lines = text_lines(stream, self.path, self.text.name)
            first = next(lines, "")
            is_separator = _SEPARATOR_LINE.match(first) is not None
            row = _RowLines(chain(["\n" if is_separator else first], lines))
            reader = csv.reader(row, delimiter=self.delimiter, strict=True)
            line = 1
            try:
                for number, cells in enumerate(reader):
                    if on_progress and number % REPORTED_EVERY == 0:
                        on_progress(min(raw.tell(), size), size)
                    texts = [unguarded(cell) if cell[:1] == "'" else cell for cell in cells]
                    if "".join(texts).strip():
                        yield line, texts
                    elif passed and not (is_separator and number == 0):
                        passed.blank += 1
                    line = reader.line_num + 1
                    row.begins_in(line)
            except csv.Error as error:
                raise _broken(line) from error
        if on_progress:
            on_progress(size, size)


class _RowLines:
    """Yields the lines of a file, and bounds the length of a row that spans several lines."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.begins_in(1)

    def begins_in(self, line: int) -> None:
        """Note the line in which the next row begins."""
        self._begin = line
        self._length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._length += len(line)
        if self._length > LONGEST_LINE:
            raise _too_long(self._begin)
        return line


def decoded(raw: BinaryIO, encoding: str) -> TextIO:
    """Return a text stream over a binary file, with unchanged line ends."""
    return io.TextIOWrapper(raw, encoding=encoding, newline="")


def _delimiter(first: Sequence[str]) -> str:
    """Return the delimiter of a table that begins with these lines.

    The delimiter is the character with which the largest share of rows has the same number of
    cells. If two are equal, the one that occurs more often in the first line, outside quotes.
    """
    if not first:
        return DELIMITERS[0]
    declared = _SEPARATOR_LINE.match(first[0])
    if declared:
        return declared.group(1)
    outside = re.sub(r'"[^"]*"?', "", first[0])
    return max(DELIMITERS, key=lambda mark: (_share_alike(first, mark), outside.count(mark)))


def _share_alike(lines: Sequence[str], delimiter: str) -> float:
    """Return the share of the rows with the most frequent number of cells greater than one."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return 0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(widths.values(), default=0) / max(len(rows), 1)


def text_lines(text: TextIO, path: Path, encoding: str) -> Iterator[str]:
    """Yield the lines of a text without its byte-order mark.

    Raises:
        FileError: the bytes are no text in `encoding`, or a line has a NUL or is too long.
    """
    number = 0
    try:
        while line := text.readline(LONGEST_LINE):
            number += 1
            if "\0" in line:
                raise FileError(
                    _("Line {line} has a NUL character: the file is no text, or damaged.").format(
                        line=number
                    ),
                    save_as(),
                )
            if len(line) == LONGEST_LINE:
                raise _too_long(number)
            yield line.removeprefix("\ufeff") if number == 1 else line
    except UnicodeDecodeError as error:
        raise undecodable(path, encoding) from error


def undecodable(path: Path, encoding: str) -> FileError:
    """Return the error for a file with bytes that are no text in `encoding`."""
    line, byte, offset = _bad_bytes(path, encoding)
    text = _("The text in line {line} is not {encoding}: byte 0x{byte:02X} at offset {offset}.")
    return FileError(
        text.format(
            line=line, encoding=encoding_title(encoding), byte=byte, offset=number_text(offset)
        ),
        _(
            "Say which encoding it is (e in the console, --encoding in the command), or save the "
            "file as “CSV UTF-8”."
        ),
    )


def _bad_bytes(path: Path, encoding: str) -> tuple[int, int, int]:
    """Return the line, the value and the offset of the first byte that cannot be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)()
    counter = io.IncrementalNewlineDecoder(None, translate=True)
    lines, read = 1, 0
    with opened(path, TABLE) as file:
        while True:
            block = file.read(65536)
            read += len(block)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                whole = bytes(error.object)
                good = whole[: error.start].decode(error.encoding, "ignore")
                lines += counter.decode(good, final=True).count("\n")
                return lines, whole[error.start], read - len(whole) + error.start
            lines += counter.decode(text).count("\n")
            if not block:
                return lines, 0, read


def save_as() -> str:
    """Return the advice for a file that is no text."""
    return _("Save the file as “CSV UTF-8” or as XLSX, and import that one.")


def _too_long(line: int) -> FileError:
    return FileError(_("Line {line} is too long for a table.").format(line=line))


def _broken(line: int) -> FileError:
    return FileError(
        _(
            "The row that begins in line {line} is no CSV: a quote is missing or out of place."
        ).format(line=line),
        _("Close every quoted cell and double the quotes inside it, or save the file as XLSX."),
    )
