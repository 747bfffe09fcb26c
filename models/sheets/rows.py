"""Reads the rows of a CSV, XLSX or JSON file whose fields have fixed names.

    rows = read_rows(Path("customers.csv"), FormField)

The names of a file's fields are a stable contract: they are the values of the enum, in all formats.
"""

from __future__ import annotations

import difflib
import json
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.core.given_files import TABLE, opened
from partnerdesk.models.core.text import did_you_mean, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Field = TypeVar("Field", bound=StrEnum)


class ForeignFieldsError(FileError):
    """None of a file's fields is one of ours: another program wrote it."""


@dataclass(frozen=True, slots=True)
class GivenRow(Generic[Field]):
    """A row of a file, with its values by field."""

    number: int
    """The number of the row, from 1; the header does not count."""
    values: dict[Field, str]
    problems: tuple[Reason, ...] = ()
    """Why the row cannot be read; empty for a readable row."""


@dataclass(frozen=True, slots=True)
class _JsonObject:
    """A JSON object as its fields and values in the order of the file; a field may occur twice."""

    fields: list[tuple[str, object]]


def read_rows(path: Path, fields: type[Field]) -> list[GivenRow[Field]]:
    """Read all rows of a CSV, XLSX or JSON file.

    Args:
        path: the file.
        fields: the enum of the allowed fields.

    Raises:
        ForeignFieldsError: the file has unknown fields only.
        FileError: the file cannot be read, is damaged, has an unknown field, or a column twice.
    """
    if path.suffix.lower() == ".json":
        return _json_rows(path, fields)
    from partnerdesk.models.sheets import read_sheet

    sheet = read_sheet(path)
    columns = _columns(sheet.columns, path, fields)
    with closing(sheet.rows()) as rows:
        return [_sheet_row(number, columns, cells) for number, (_line, cells) in enumerate(rows, 1)]


def _sheet_row(number: int, columns: Sequence[Field | None], cells: list[str]) -> GivenRow[Field]:
    values = {
        field: cell.strip()
        for field, cell in zip(columns, cells, strict=False)
        if field is not None and cell.strip()
    }
    named = [cell for field, cell in zip(columns, cells, strict=False) if field is None]
    if any(cell.strip() for cell in (*named, *cells[len(columns) :])):
        text = _("The row has more cells than the file has columns with a name.")
        return GivenRow(number, values, (Reason("row.too-long", text),))
    return GivenRow(number, values)


def _columns(names: Sequence[str], path: Path, fields: type[Field]) -> list[Field | None]:
    _refuse_foreign(names, path, fields)
    found = [_field(name, path, fields) if name.strip() else None for name in names]
    twice = [field for field in found if field is not None and found.count(field) > 1]
    if twice:
        raise FileError(
            _("{file} has two columns called {name}.").format(
                file=shown(str(path)), name=twice[0].value
            )
        )
    return found


def _field(name: str, path: Path, fields: type[Field]) -> Field:
    key = name.strip().lower()
    known = [field.value for field in fields]
    if key in known:
        return fields(key)
    file, word = shown(str(path)), shown(name)[:60]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    raise FileError(
        _("{file} has a field {name}, which there is not.").format(file=file, name=word),
        did_you_mean(near[0])
        if near
        else _("The fields are: {names}.").format(names=", ".join(known)),
    )


def _refuse_foreign(names: Sequence[str], path: Path, fields: type[Field]) -> None:
    if not {field.value for field in fields}.intersection(name.strip() for name in names):
        for name in filter(str.strip, names):
            try:
                _field(name, path, fields)
            except FileError as error:
                raise ForeignFieldsError(error.message, error.remedy) from None


def _json_rows(path: Path, fields: type[Field]) -> list[GivenRow[Field]]:
    from partnerdesk.models.sheets import unreadable

    file = shown(str(path))
    try:
        with opened(path, TABLE) as source:
            found = json.load(
                source, parse_int=str, parse_float=str, parse_constant=str,
                object_pairs_hook=_JsonObject,
            )  # fmt: skip
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, RecursionError) as error:
        raise FileError(
            _("{file} is not valid JSON: {reason}.").format(file=file, reason=shown(str(error)))
        ) from error
    if not isinstance(found, list):
        raise FileError(
            _("{file} holds no list.").format(file=file),
            _("Write a JSON list with one object for each row."),
        )
    for row in found[:1]:
        if isinstance(row, _JsonObject):
            _refuse_foreign([name for name, _value in row.fields], path, fields)
    return [_json_row(number, row, path, fields) for number, row in enumerate(found, 1)]


def _json_row(number: int, row: object, path: Path, fields: type[Field]) -> GivenRow[Field]:
    if not isinstance(row, _JsonObject):
        text = _("The row is no object with fields.")
        return GivenRow(number, {}, (Reason("row.no-object", text),))
    values: dict[Field, str] = {}
    problems = []
    named: set[Field] = set()
    for name, value in row.fields:
        field = _field(name, path, fields)
        if field in named:
            text = _("{field} is there twice.").format(field=field.value)
            problems.append(Reason("row.twice", text, field.value))
        elif isinstance(value, str):
            values[field] = value
        elif value is not None:
            text = _("{field} is no text.").format(field=field.value)
            problems.append(Reason("row.no-text", text, field.value))
        named.add(field)
    return GivenRow(number, values, tuple(problems))
