"""Cuts the sheet of an XLSX file into bands of rows, so that only one band is in memory.

The library that reads workbooks reads a whole sheet at once. An XLSX file is a ZIP of XML parts.
This module unpacks the part of a sheet block by block and cuts it before a row. Each band becomes a
small workbook with the styles and shared texts of the file, which the library reads. This module
itself looks only for the beginnings and numbers of rows, and for cells too far to the right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import islice
from typing import IO, TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from partnerdesk.models.sheets.bounds import (
    LONGEST_ROW,
    MOST_COLUMNS,
    MOST_MERGED_XML,
    MOST_PART_XML,
    MOST_PARTS,
    MOST_ROWS,
    MOST_SHARED_XML,
    MOST_SHEET_XML,
)
from partnerdesk.models.sheets.workbooks.merged import merged_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

FIRST_BAND = 256 * 1024
"""The bytes of XML in the first band, which contains the header."""
FIRST_SHARED = 1024**2
"""The bytes of XML of the shared texts that are unpacked for the first band."""
SMALLEST_BAND, LARGEST_BAND = 4 * 1024**2, 64 * 1024**2
"""The bytes of XML in each further band."""
WIDEST_GAP = 1_000
"""The most missing rows between two rows of a band, because the library makes cells for them."""

_BLOCK = 64 * 1024
_SHARED = "sharedstrings.xml"
_NEEDED = frozenset({".rels", "workbook.xml", "workbook.xml.rels", "styles.xml", _SHARED})
_STORED = 32 * 1024**2
"""A larger part (in bytes) is compressed again, to limit the memory for its copies."""

_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>)")
_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData(?:\s[^>]*?)?(/?)>")
_SHARED_END = re.compile(rb"</(?:[\w.-]+:)?si>")
_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")
_THREE_LETTERS = re.compile(rb'r="[A-Z]{3}')


class TooLargeError(Exception):
    """The file exceeds a bound of `models.sheets.bounds`."""


class TooWideError(TooLargeError):
    """A cell with content is to the right of column `MOST_COLUMNS`."""


@dataclass(frozen=True, slots=True)
class Band:
    """Some successive rows of a sheet."""

    part: str
    """The name of the sheet's part in the ZIP file."""
    xml: tuple[bytes, ...]
    """The XML of a sheet with only these rows, in pieces."""
    begin: int
    """The position of the first row in the whole sheet's XML, in bytes."""
    end: int
    """The position after the last row."""
    is_first: bool
    """Whether the band is the sheet's first, with the header."""


class XlsxFile:
    """An XLSX file whose sheets are read in bands; the caller keeps `archive` open.

    Raises:
        TooLargeError: the file has too many parts, or the declared size of a part is too large.
    """

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        self._needed = [name for name in names if _last(name) in _NEEDED]
        self._others = [name for name in names if _last(name) not in _NEEDED]
        sizes = {name: self.size(name) for name in self._needed}
        if (
            len(names) > MOST_PARTS
            or any(size > _most(name) for name, size in sizes.items())
            or sum(sizes.values()) > MOST_SHARED_XML + MOST_PART_XML
        ):
            raise TooLargeError
        self._shared = sum(size for name, size in sizes.items() if _last(name) == _SHARED)

    def size(self, part: str) -> int:
        """Return the declared number of bytes in a part."""
        return self._archive.getinfo(part).file_size

    def index(self) -> tuple[BytesIO, list[str]]:
        """Return a workbook that tells the part of each sheet, and the names of the parts.

        The only cell of each sheet contains the index of its part among the names. In this way the
        library, not this module, follows the relations between sheets and parts.
        """
        sheet = b"<worksheet><sheetData><row><c><v>%d</v></c></row></sheetData></worksheet>"
        parts = {name: (sheet % place,) for place, name in enumerate(self._others)}
        return _workbook(self._first_needs, parts), self._others

    def bands(self, part: str) -> Iterator[Band]:
        """Yield the rows of a sheet, band by band; only the requested bands are unpacked.

        Raises:
            TooLargeError: the sheet, one of its rows or a needed part exceeds its bound.
            TooWideError: a cell is too far to the right.
            ValueError: the part is no sheet, or damaged.
        """
        if self.size(part) > MOST_SHEET_XML:
            raise TooLargeError
        # The library reads the shared texts anew for each band, so many texts mean larger bands.
        size = min(max(SMALLEST_BAND, 2 * self._shared), LARGEST_BAND)
        with self._archive.open(part) as file:
            cutter = _Cutter(file)
            for place, (rows, begin, end) in enumerate(cutter.bands(size)):
                for piece in cutter.pieces(rows):
                    xml = (*cutter.head, piece, *cutter.tail)
                    yield Band(part, xml, begin, end, is_first=place == 0)
        _ = self._needs  # unpacks these parts to the end, which detects damage

    def merged(self, part: str) -> BytesIO | None:
        """Return a workbook whose only sheet has the merged cells of a sheet, and no others.

        They are named behind the rows, so that the sheet is unpacked to there.

        Raises:
            TooLargeError: the sheet is more than a table may hold.
            ValueError: its merged cells are, or have no end.
        """
        xml = merged_xml(unpacked(self._archive, part, MOST_SHEET_XML), MOST_MERGED_XML)
        if not xml:
            return None
        sheet = (b"<worksheet><sheetData></sheetData>", xml, b"</worksheet>")
        return _workbook(self._first_needs, {part: sheet})

    def workbook(self, band: Band) -> BytesIO:
        """Return a workbook whose only sheet with content has the rows of a band."""
        return _workbook(self._needs, {band.part: band.xml})

    def first_workbook(self, band: Band) -> BytesIO:
        """Return such a workbook with only the first shared texts, enough for most first bands."""
        return _workbook(self._first_needs, {band.part: band.xml})

    @cached_property
    def _needs(self) -> bytes:
        return self._packed(lambda name: unpacked(self._archive, name, _most(name)))

    @cached_property
    def _first_needs(self) -> bytes:
        return self._packed(self._beginning)

    def _beginning(self, name: str) -> Iterator[bytes]:
        """Yield the content of a part; for the shared texts only the first `FIRST_SHARED` bytes."""
        blocks = unpacked(self._archive, name, _most(name))
        if _last(name) != _SHARED or self._shared <= FIRST_SHARED:
            yield from blocks
            return
        texts = b"".join(islice(blocks, FIRST_SHARED // _BLOCK))
        yield texts[: max(end.end() for end in _SHARED_END.finditer(texts))]
        yield b"</sst>"

    def _packed(self, content: Callable[[str], Iterator[bytes]]) -> bytes:
        """Return a ZIP file of the parts that every band needs, each with its given content."""
        packed = BytesIO()
        with ZipFile(packed, "w", compresslevel=1) as target:
            for name in self._needed:
                part = ZipInfo(name)
                part.compress_type = ZIP_DEFLATED if self.size(name) > _STORED else ZIP_STORED
                with target.open(part, "w") as out:
                    for block in content(name):
                        out.write(block)
        return packed.getvalue()


def _workbook(packed: bytes, parts: Mapping[str, Iterable[bytes]]) -> BytesIO:
    """Return the ZIP file `packed` with additional parts."""
    workbook = BytesIO(packed)
    with ZipFile(workbook, "a") as target:
        for name, blocks in parts.items():
            with target.open(name, "w") as out:
                for block in blocks:
                    out.write(block)
    workbook.seek(0)
    return workbook


def _most(name: str) -> int:
    """Return the bound for the bytes of a part that every band needs."""
    return MOST_SHARED_XML if _last(name) == _SHARED else MOST_PART_XML


class _Cutter:
    """Reads the XML of a sheet from `file`, only as far as the caller iterates."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._read = 0
        self._number = 0
        """The number of the last row that was read; 0 before the first."""
        head = b""
        while not (data := _DATA.search(head)):
            if len(head) > LONGEST_ROW:
                raise ValueError("there is no sheet in it")
            head += self._more(max(len(head), _BLOCK))
        declaration = _DECLARATION.match(head)
        self.head = (declaration[1] if declaration else b"", b"<worksheet><sheetData>")
        self.tail = (b"</sheetData></worksheet>",)
        self._rest = head[data.end() :]
        self._over = bool(data[2])
        self._data_end = b"</%ssheetData" % data[1]
        self._row_begin = b"<%srow" % data[1]
        self._row = re.compile(re.escape(self._row_begin) + rb"(?=[\s/>])([^>]*)>")
        self._far_cell = re.compile(
            b"<%sc" % re.escape(data[1]) + rb'\s(?:[^<>]*\s)?r="([A-Z]{3,})\d+"[^<>]*(?<!/)>'
        )

    def _more(self, size: int) -> bytes:
        block = self._file.read(size)
        if not block:
            raise ValueError("the sheet has no end")
        self._count(block)
        return block

    def _count(self, block: bytes) -> None:
        self._read += len(block)
        if self._read > MOST_SHEET_XML:
            raise TooLargeError

    def bands(self, size: int) -> Iterator[tuple[bytes, int, int]]:
        """Yield whole rows, with the positions in the XML where they begin and end."""
        begin, wanted = self._read - len(self._rest), FIRST_BAND
        while not self._over:
            end = self._rest.find(self._data_end)
            self._over = end >= 0
            cut = end if self._over else self._rest.rfind(self._row_begin)
            if self._over or (cut > 0 and len(self._rest) >= wanted):
                rows, self._rest = self._rest[:cut], self._rest[cut:]
                if self._row.search(rows):
                    yield rows, begin, begin + cut
                begin, wanted = begin + cut, size
            elif cut <= 0 and len(self._rest) > LONGEST_ROW:
                raise TooLargeError
            if not self._over:
                self._rest += self._more(max(wanted - len(self._rest), _BLOCK))
        while block := self._file.read(_BLOCK):  # reading to the end detects damage
            self._count(block)

    def pieces(self, rows: bytes) -> Iterator[bytes]:
        """Yield `rows` split at large gaps in the row numbers; each piece begins with a number.

        Raises:
            TooWideError: a cell is too far to the right. If it is in the sheet's first row, that
                row is yielded before, so that the reader can refuse its columns by name.
        """
        first, *second = islice(self._row.finditer(rows), 2)
        if self._is_too_wide(rows):
            heading = rows[: second[0].start()] if second else rows
            if not self._number and self._is_too_wide(heading):
                yield heading
            raise TooWideError
        if not _NUMBER.search(first[1]):
            place = first.start() + len(self._row_begin)
            rows = rows[:place] + b' r="%d"' % (self._number + 1) + rows[place:]
        begin = first.start()
        for row in self._row.finditer(rows):
            stated = _NUMBER.search(row[1])
            number = int(stated[1]) if stated else self._number + 1
            if number < self._number:
                raise ValueError("the rows are not in order")
            if number > MOST_ROWS:
                raise TooLargeError
            if number - self._number > WIDEST_GAP and begin < row.start():
                yield rows[begin : row.start()]
                begin = row.start()
            self._number = number
        yield rows[begin:]

    def _is_too_wide(self, rows: bytes) -> bool:
        if not _THREE_LETTERS.search(rows):  # nearly always the case
            return False
        return any(_column(cell[1]) > MOST_COLUMNS for cell in self._far_cell.finditer(rows))


def unpacked(archive: ZipFile, name: str, most: int) -> Iterator[bytes]:
    """Yield the content of a part of a ZIP file, block by block.

    Raises:
        TooLargeError: the content exceeds `most` bytes, whatever size the file declares.
    """
    left = most
    with archive.open(name) as part:
        while block := part.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise TooLargeError
            yield block


def is_xlsx(archive: ZipFile) -> bool:
    """Return whether a ZIP file is a workbook of XML parts: XLSX or XLSM."""
    return any(_last(name) == "workbook.xml" for name in archive.namelist())


def _last(name: str) -> str:
    """Return a part's name without its folder, in lower case, as the library compares names."""
    return name.rpartition("/")[2].lower()


def _column(letters: bytes) -> int:
    """Return a column's number, from 1: `A` is 1, `AA` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
