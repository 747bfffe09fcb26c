"""Reads JSON files of records as tables: a list of objects, alone or inside an object.

A column is a field, or a field of a field: `companyProfile.domain`. Python's library decodes whole
texts; this module gives it one element after the other, so that only one element is in memory. It
reads any encoding (PowerShell writes JSON as UTF-16), and notices fields that occur twice.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.core.given_files import TABLE, opened
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
"""Fields of an object that contain a list of records, in Partner Center, Graph and elsewhere."""
REPORTED_EVERY = 500
"""How many elements are read between two reports of progress."""

_BLOCK = 65536
_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*(?:\{|\])|\{\s*")')
_SPACE = re.compile(r"[ \t\r\n]*")


class _Pairs(list[tuple[str, object]]):
    """A JSON object as its fields and values in the order of the file; a field may occur twice."""


def is_json(path: Path, head: bytes) -> bool:
    """Return whether a file is JSON, judged by its suffix or its first bytes."""
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
        on_progress: Callable[[int, int], None] | None = None,
        passed: PassedOver | None = None,
    ) -> Generator[tuple[int, list[str]]]:
        """Yield a row of the fields' names, then a row for each element, with their lines.

        The file is read twice, because fields that only later elements have are columns, too.

        Raises:
            FileError: the file is no JSON, or no list of objects.
            OSError: the file cannot be read.
        """
        columns = self._columns()
        if columns:
            yield 1, list(columns)
        for line, fields in self._elements(on_progress):
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
        self, on_progress: Callable[[int, int], None] | None = None
    ) -> Generator[tuple[int, dict[str, str]]]:
        try:
            with opened(self.path, TABLE) as raw, decoded(raw, self.text.name) as stream:
                size = os.fstat(raw.fileno()).st_size
                reader = _Reader(stream, self.path)
                for number, (line, element) in enumerate(reader.elements()):
                    if on_progress and number % REPORTED_EVERY == 0:
                        on_progress(min(raw.tell(), size), size)
                    if not isinstance(element, _Pairs):
                        raise self._no_list()
                    yield line, self._flat(element, line)
                if on_progress:
                    on_progress(size, size)
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
    """Return the text of a value: a list's parts with commas, an object's values with spaces."""
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
    """Reads a JSON text step by step, only as far as the caller iterates."""

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
        """Yield each element of the list, or the single object of the text, with its line."""
        while character := self._peek():
            if character == "[":
                yield from self._list()
            elif character == "{":
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
        """Yield the elements of the lists in an object, or the object itself if it has no list."""
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
        """Skip white space and return the next character; empty at the end of the text."""
        while True:
            space = _SPACE.match(self._text, self._at)
            end = space.end() if space else self._at
            self._line += self._text.count("\n", self._at, end)
            self._at = end
            if self._at < len(self._text) or not self._read_more():
                return self._text[self._at : self._at + 1]

    def _take(self, character: str) -> None:
        if self._peek() != character:
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
            # A number may continue beyond the text read so far, and so may an incomplete value.
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
        # Doubling the text keeps the number of attempts to decode a long value small.
        more = self._stream.read(max(_BLOCK, len(self._text)))
        self._text += more
        self._is_over = not more
        return bool(more)

    def _broken(self, reason: str = "") -> FileError:
        reason = reason or _("something else stands there")
        text = _("{file} is not valid JSON: {reason}.")
        reason = _("line {line}: {reason}").format(line=self._line, reason=reason)
        return FileError(text.format(file=shown(str(self._path)), reason=reason))
