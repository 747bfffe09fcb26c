"""CSV files as they are met: UTF-8, UTF-16, semicolons, Excel's `sep=` line; read strictly."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.languages import _
from partnerdesk.models.sheets.bounds import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path
    from typing import BinaryIO, TextIO

DELIMITERS = ",;\t"
REPORTED_EVERY = 1000
"""Rows between two reports of progress."""

_HEAD = 4096
_MARKS = (  # UTF-32 first: its mark begins as that of UTF-16 does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATOR_LINE = re.compile(r'^"?sep=([^\w\s"]|\t)"?\s*$', re.IGNORECASE)
_GUARDED = re.compile(r"'+\s*[=+\-@\t\r\n＝＋－＠]")
_DANGEROUS = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")


def guarded(cell: str) -> str:
    """Return `cell` so that a spreadsheet takes it for text and not for a formula.

    A cell that begins with `= + - @`, a full-width form of them, a tab or a line break gets a `'`
    in front (`reference/rules.md §14`); so does one that has such quotes in front already, so
    that `unguarded` always finds the way back.
    """
    return "'" + cell if _DANGEROUS.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return what `guarded` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file whose encoding and delimiter are known."""

    path: Path
    encoding: str
    delimiter: str

    @classmethod
    def recognised(cls, path: Path) -> CsvFile:
        """Look at the beginning of a file.

        Raises:
            FileError: it is not text.
            OSError: it cannot be read.
        """
        encoding = _encoding(path)
        with path.open("rb") as raw, _decoded(raw, encoding) as text:
            first = next((line for line in _lines(text, path, encoding) if line.strip()), "")
        return cls(path, encoding, _delimiter(first))

    def rows(
        self, progress: Callable[[int, int], None] | None = None
    ) -> Generator[tuple[int, list[str]]]:
        """Yield the rows that are not blank, the header first, with the line each begins in.

        Raises:
            FileError: the bytes are no text or the text is no CSV; names the line.
            OSError: the file cannot be read.
        """
        with self.path.open("rb") as raw, _decoded(raw, self.encoding) as text:
            size = os.fstat(raw.fileno()).st_size
            lines = _lines(text, self.path, self.encoding)
            first = next(lines, "")
            counted = "\n" if _SEPARATOR_LINE.match(first) else first
            row = _RowLines(chain([counted], lines))
            reader = csv.reader(row, delimiter=self.delimiter, strict=True)
            line = 1
            try:
                for number, cells in enumerate(reader):
                    if progress and number % REPORTED_EVERY == 0:
                        progress(min(raw.tell(), size), size)
                    texts = [unguarded(cell) if cell[:1] == "'" else cell for cell in cells]
                    if "".join(texts).strip():
                        yield line, texts
                    line = reader.line_num + 1
                    row.begins_in(line)
            except csv.Error as error:
                raise _broken(line) from error
        if progress:
            progress(size, size)


class _RowLines:
    """The lines of a file; together, those of a row must not fill the memory either."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.begins_in(1)

    def begins_in(self, line: int) -> None:
        """Say in which line the next row begins."""
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


def _decoded(raw: BinaryIO, encoding: str) -> TextIO:
    return io.TextIOWrapper(raw, encoding=encoding, newline="")


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    first, second = head[0::2].count(0), head[1::2].count(0)
    obvious = len(head) // 10
    if first == 0 and second > obvious:
        return "utf-16-le"
    if second == 0 and first > obvious:
        return "utf-16-be"
    return "utf-8-sig"


def _delimiter(first: str) -> str:
    said = _SEPARATOR_LINE.match(first)
    if said:
        return said.group(1)
    outside = re.sub(r'"[^"]*"?', "", first)
    return max(DELIMITERS, key=outside.count)


def _lines(text: TextIO, path: Path, encoding: str) -> Iterator[str]:
    number = 0
    try:
        while line := text.readline(LONGEST_LINE):
            number += 1
            if "\0" in line:
                raise FileError(
                    _("Line {line} has a NUL character: the file is no text, or damaged.").format(
                        line=number
                    ),
                    _save_as(),
                )
            if len(line) == LONGEST_LINE:
                raise _too_long(number)
            yield line
    except UnicodeDecodeError as error:
        raise FileError(
            _("The text in line {line} is not {encoding}.").format(
                line=_line_of_bad_bytes(path, encoding),
                encoding=encoding.upper().removesuffix("-SIG"),
            ),
            _save_as(),
        ) from error


def _line_of_bad_bytes(path: Path, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)()
    counter = io.IncrementalNewlineDecoder(None, translate=True)
    lines = 1
    with path.open("rb") as file:
        while True:
            block = file.read(65536)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                good = bytes(error.object[: error.start]).decode(error.encoding, "ignore")
                return lines + counter.decode(good, final=True).count("\n")
            lines += counter.decode(text).count("\n")
            if not block:
                return lines


def _save_as() -> str:
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
