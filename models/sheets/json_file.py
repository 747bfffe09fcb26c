"""JSON files of records, read as tables: a list of objects, alone or inside an object.

A column is a field, or a field of a field: `companyProfile.domain`. The library of Python reads
texts whole; here one element after the other is given to it, so that no more than one is in memory,
in whatever encoding (PowerShell writes JSON as UTF-16), and no field is lost that is there twice.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.models.sheets.bounds import LONGEST_LINE, MOST_COLUMNS
from partnerdesk.models.sheets.csv_file import decoded, undecodable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path
    from typing import TextIO

    from partnerdesk.models.sheets.encoding import Encoding
    from partnerdesk.models.sheets.passed_over import PassedOver

SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
LISTS = frozenset({"items", "value", "values", "data", "results", "customers"})
"""Fields of an object in which a list of records stands: Partner Center's, Graph's, usual ones."""
REPORTED_EVERY = 500
"""Elements between two reports of progress."""

_BLOCK = 65536
_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*(?:\{|\])|\{\s*")')
_SPACE = re.compile(r"[ \t\r\n]*")


class _Pairs(list[tuple[str, object]]):
    """A JSON object: its fields as they stand in the file, also those that are there twice."""


def is_json(path: Path, head: bytes) -> bool:
    """Say whether a file is JSON, by its name or by how it begins."""
    return path.suffix.lower() in SUFFIXES or bool(_BEGINS.match(head))


@dataclass(frozen=True, slots=True)
class JsonFile:
    """A JSON file whose encoding is known."""

    path: Path
    text: Encoding
    delimiter: str = ""
    sheet: str = ""

    def rows(
        self,
        progress: Callable[[int, int], None] | None = None,
        passed: PassedOver | None = None,
    ) -> Generator[tuple[int, list[str]]]:
        """Yield the names of the fields, then the elements, with the line each begins in.

        The file is read twice: fields of later elements are columns, too.

        Raises:
            FileError: it is no JSON, or no list of objects.
            OSError: it cannot be read.
        """
        columns = self._columns()
        if columns:
            yield 1, list(columns)
        for line, fields in self._elements(progress):
            cells = [fields.get(name, "") for name in columns]
            if "".join(cells).strip():
                yield line, cells
            elif passed:
                passed.blank += 1

    def _columns(self) -> dict[str, None]:
        found: dict[str, None] = {}
        with closing(self._elements()) as elements:
            for _line, fields in elements:
                found.update(dict.fromkeys(fields))
                if len(found) > MOST_COLUMNS:
                    break
        return found

    def _elements(
        self, progress: Callable[[int, int], None] | None = None
    ) -> Generator[tuple[int, dict[str, str]]]:
        try:
            with self.path.open("rb") as raw, decoded(raw, self.text.name) as stream:
                size = os.fstat(raw.fileno()).st_size
                reader = _Reader(stream, self.path)
                for number, (line, element) in enumerate(reader.elements()):
                    if progress and number % REPORTED_EVERY == 0:
                        progress(min(raw.tell(), size), size)
                    if not isinstance(element, _Pairs):
                        raise self._no_list()
                    yield line, self._flat(element, line)
                if progress:
                    progress(size, size)
        except UnicodeDecodeError as error:
            raise undecodable(self.path, self.text.name) from error

    def _flat(self, element: _Pairs, line: int) -> dict[str, str]:
        fields: dict[str, str] = {}
        for name, text in _fields("", element):
            if name in fields:
                raise FileError(
                    _("The object that begins in line {line} has the field {name} twice.").format(
                        line=line, name=shown(name[:60])
                    )
                )
            fields[name] = text
        return fields

    def _no_list(self) -> FileError:
        return FileError(
            _("{file} holds no list of objects.").format(file=shown(str(self.path))),
            _("Write a JSON list with one object for each row."),
        )


def _fields(prefix: str, element: _Pairs) -> Iterator[tuple[str, str]]:
    for name, value in element:
        if isinstance(value, _Pairs):
            yield from _fields(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", _text(value)


def _text(value: object) -> str:
    """Return a value as a cell: of a list the parts, of objects in it what they say."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _Pairs():
            return " ".join(filter(None, (_text(part) for _name, part in value)))
        case list():
            return ", ".join(filter(None, map(_text, value)))
        case _:
            return str(value)


class _Reader:
    """Reads a text of JSON, no farther than it is asked to."""

    def __init__(self, stream: TextIO, path: Path) -> None:
        self._stream, self._path = stream, path
        self._text, self._at, self._is_over = "", 0, False
        self._line = 1
        self._decoder = json.JSONDecoder(
            parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_Pairs
        )
        self._read_more()
        self._text = self._text.removeprefix("\ufeff")

    def elements(self) -> Iterator[tuple[int, object]]:
        """Yield the elements of the list, or the object that the text is, each with its line."""
        while sign := self._peek():
            if sign == "[":
                yield from self._list()
            elif sign == "{":
                yield from self._object()
            else:
                yield self._line, self._value()

    def _list(self) -> Iterator[tuple[int, object]]:
        self._take("[")
        if self._peek() == "]":
            self._take("]")
            return
        while True:
            self._peek()
            yield self._line, self._value()
            if self._peek() != ",":
                break
            self._take(",")
        self._take("]")

    def _object(self) -> Iterator[tuple[int, object]]:
        """Yield the elements of the list in an object, or the object where there is none."""
        line, has_list = self._line, False
        own = _Pairs()
        self._take("{")
        if self._peek() == "}":
            self._take("}")
            return
        while True:
            self._peek()
            name = self._value()
            if not isinstance(name, str):
                raise self._broken()
            self._take(":")
            if self._peek() == "[" and name.lower() in LISTS:
                has_list = True
                yield from self._list()
            else:
                own.append((name, self._value()))
            if self._peek() != ",":
                break
            self._take(",")
        self._take("}")
        if not has_list:
            yield line, own

    def _peek(self) -> str:
        """Return the sign that comes next, white space left out; nothing at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            end = space.end() if space else self._at
            self._line += self._text.count("\n", self._at, end)
            self._at = end
            if self._at < len(self._text) or not self._read_more():
                return self._text[self._at : self._at + 1]

    def _take(self, sign: str) -> None:
        if self._peek() != sign:
            raise self._broken()
        self._at += 1

    def _value(self) -> object:
        while True:
            problem = ""
            end = self._at
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                problem = error.msg
            except RecursionError:
                raise self._broken() from None
            # A number may go on behind what is read; so may anything that cannot be read yet.
            if (problem or end == len(self._text)) and self._read_more():
                continue
            if problem:
                raise self._broken(problem)
            self._line += self._text.count("\n", self._at, end)
            self._at = end
            return value

    def _read_more(self) -> bool:
        if self._is_over:
            return False
        self._text = self._text[self._at :]
        self._at = 0
        if len(self._text) > LONGEST_LINE:
            raise FileError(_("Line {line} is too long for a table.").format(line=self._line))
        # As much again as is there: a long value is not tried over and over.
        more = self._stream.read(max(_BLOCK, len(self._text)))
        self._text += more
        self._is_over = not more
        return bool(more)

    def _broken(self, reason: str = "") -> FileError:
        said = reason or _("something else stands there")
        text = _("{file} is not valid JSON: {reason}.")
        reason = _("line {line}: {reason}").format(line=self._line, reason=said)
        return FileError(text.format(file=shown(str(self._path)), reason=reason))
