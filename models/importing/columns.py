"""Matches the columns of a file with fields: by the person's mapping, by heading, by content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import FileError, UsageError
from partnerdesk.models.core.text import listed, short_name, shown
from partnerdesk.models.customers.entities import Relationship
from partnerdesk.models.importing.cells import relationship_in, relationship_words
from partnerdesk.models.importing.fields import (
    CUSTOMERS,
    PORTAL_FIELDS,
    ImportField,
    ImportList,
    doubtful_headings,
    headings,
    key,
    own_places,
)
from partnerdesk.models.importing.other_lists import refuse_other_list
from partnerdesk.models.languages import _
from partnerdesk.models.values.domains import domain_name
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from enum import StrEnum

SAMPLE_ROWS = 200
"""How many rows are read to recognise columns without a known heading by their content."""

_MOSTLY = 0.8
"""The share of the cells that must have the form of a field, so that the column matches it."""
_HEADING = re.compile(r"[^\W\d_][\w'’-]{0,30}([ _./()#&-]{1,3}\w[\w'’-]{0,30}){0,6}[).:*]?")
"""What a heading looks like: a few words, the first of which begins with a letter."""
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The columns of a file, matched with fields."""

    columns: tuple[str, ...]
    """All headings of the file, in order."""
    places: dict[StrEnum, int]
    """The index of the column of each field that the file has."""

    @property
    def used(self) -> dict[StrEnum, str]:
        """The heading of each matched field's column."""
        return {field: self.columns[place] for field, place in self.places.items()}

    @property
    def unused(self) -> tuple[str, ...]:
        """The headings of the columns that match no field.

        Columns without a heading, and those that a file of refused rows has added, do not count.
        """
        known = {*self.places.values(), *own_places(self.columns)}
        return tuple(
            column for place, column in enumerate(self.columns) if column and place not in known
        )


def match_columns(
    columns: Sequence[str],
    sample: Sequence[Sequence[str]],
    mapping: Mapping[str, str],
    kind: ImportList = CUSTOMERS,
) -> ColumnMap:
    """Match a file's columns with the fields of a list.

    Args:
        columns: the file's headings.
        sample: the first rows, at most `SAMPLE_ROWS`.
        mapping: the headings that the person chose, by field name; they take precedence.
        kind: the list that the file is imported into.

    Raises:
        UsageError: `mapping` names an unknown field, or a column that the file lacks.
        OtherListError: the columns are those of another list, and `mapping` is empty.
        FileError: the file has no headings, or no column for a required field.
    """
    if any(guid(column) for column in columns):
        raise FileError(
            _("The file's first line is a customer already; it has to name the columns."),
            _("Put a line above it: {names}.").format(
                names="Microsoft ID,Company name,Primary domain name,Relationship"
            ),
        )
    places = _by_mapping(columns, mapping, kind)
    if not mapping:
        refuse_other_list(columns, kind)
    _by_heading(columns, sample, places, kind)
    named = columns if places else heading_names(columns)
    _by_content(columns, sample, places, kind)
    _refuse_incomplete(columns, places, kind, named)
    return ColumnMap(tuple(columns), dict(sorted(places.items(), key=lambda item: item[1])))


def _by_mapping(
    columns: Sequence[str], mapping: Mapping[str, str], kind: ImportList
) -> dict[StrEnum, int]:
    places = {}
    keys = [key(column) for column in columns]
    for name, column in mapping.items():
        try:
            field = kind.fields(name.strip().lower())
        except ValueError:
            raise UsageError(
                _("There is no field {name} to map a column to.").format(name=shown(name)),
                _("Fields: {names}.").format(names=", ".join(kind.fields)),
            ) from None
        if column in columns:
            places[field] = columns.index(column)
        elif key(column) in keys:
            places[field] = keys.index(key(column))
        else:
            raise UsageError(
                _("The file has no column {name}.").format(name=shown(column)),
                _("Its columns: {names}.").format(names=_listed(heading_names(columns))),
            )
    return places


def _by_heading(
    columns: Sequence[str],
    sample: Sequence[Sequence[str]],
    places: dict[StrEnum, int],
    kind: ImportList,
) -> None:
    taken = set(places.values())
    known = {}
    for place, column in reversed(list(enumerate(columns))):
        if place not in taken and key(column):
            known[key(column)] = place
    doubtful = doubtful_headings()  # many files number their rows in a column `ID`
    ids = kind.by_content.get("guid")
    for field, names in headings(kind).items():
        if field in places:
            continue
        for name in names:
            place = known.get(name, -1)
            if place in taken or place < 0:
                continue
            if field == ids and name in doubtful and not _holds_ids(sample, place):
                continue
            places[field] = place
            taken.add(place)
            break


def _holds_ids(sample: Sequence[Sequence[str]], place: int) -> bool:
    cells = _cells(sample, place)
    return not cells or any(guid(cell) for cell in cells)


def _by_content(
    columns: Sequence[str],
    sample: Sequence[Sequence[str]],
    places: dict[StrEnum, int],
    kind: ImportList,
) -> None:
    words = relationship_words()
    known = {*places.values(), *own_places(columns)}
    found: dict[StrEnum, list[int]] = {}
    filled = []
    for place in set(range(len(columns))) - known:
        cells = _cells(sample, place)
        field = _content(cells, words, kind) if cells else None
        if field:
            found.setdefault(field, []).append(place)
            if len(cells) == len(sample):
                filled.append(place)
    texts = found.get(ImportField.COMPANY_NAME, [])
    if len(texts) > 1:  # every customer has a name, but not every one has tags or remarks
        found[ImportField.COMPANY_NAME] = [place for place in texts if place in filled]
    for field, candidates in found.items():
        if field not in places and len(candidates) == 1:
            places[field] = candidates[0]


def _content(
    cells: Sequence[str], words: dict[str, Relationship], kind: ImportList
) -> StrEnum | None:
    for name, matches in _CONTENT.items():
        if name in kind.by_content and _most(matches(cell) for cell in cells):
            return kind.by_content[name]
    if kind is not CUSTOMERS:
        return None
    named = [relationship_in(cell, words) for cell in cells]
    if _most(named):
        ambiguous = {None, Relationship.NONE, Relationship.UNKNOWN}  # like "no" in other columns
        return ImportField.RELATIONSHIP if set(named) - ambiguous else None
    if _most(any(letter.isalpha() for letter in cell) for cell in cells):
        return ImportField.COMPANY_NAME
    return None


def _is_relationship_id(text: str) -> bool:
    """Return whether a text is the id of a delegated-admin relationship: two GUIDs."""
    one, two = text[:36], text[37:]
    return len(text) == 73 and guid(one) is not None and guid(two) is not None


_CONTENT: Mapping[str, Callable[[str], object]] = {
    "guids": _is_relationship_id,
    "guid": guid,
    "email": _EMAIL.fullmatch,
    "domain": domain_name,
}
"""The test of each kind of content in `ImportList.by_content`: its result is true for a match."""


def _cells(sample: Sequence[Sequence[str]], place: int) -> list[str]:
    cells = (row[place].strip() for row in sample if place < len(row))
    return [cell for cell in cells if cell]


def _most(answers: Iterable[object]) -> bool:
    matches = [bool(answer) for answer in answers]
    return sum(matches) >= _MOSTLY * len(matches)


def heading_names(columns: Sequence[str]) -> list[str]:
    """Return those columns of a file that a message may name before any was recognised.

    The file may be none to import at all, and its first line a secret: only what looks like
    headings is shown, and nothing of a file of one column.
    """
    is_table = len(columns) > 1
    return [column for column in columns if is_table and _HEADING.fullmatch(column)]


def _listed(names: Sequence[str]) -> str:
    return listed(names) if names else _("none that look like headings")


def _refuse_incomplete(
    columns: Sequence[str],
    places: Mapping[StrEnum, int],
    kind: ImportList,
    named: Sequence[str],
) -> None:
    missing = [fields[0] for fields in kind.required if not set(fields) & places.keys()]
    if not missing:
        return
    needed = {field for fields in kind.required for field in fields}
    sure = {places.get(field) for field in {*needed, *(PORTAL_FIELDS if kind is CUSTOMERS else ())}}
    free = [column for place, column in enumerate(columns) if column in named and place not in sure]
    example = f'{missing[0]}="{short_name((list(filter(None, free)) or ["…"])[0])}"'
    raise FileError(
        _("No column was recognised as {title}. The file's columns: {names}.").format(
            title=_(kind.titles[missing[0]]),
            names=_listed(named),
        ),
        _("Say which one it is (m in the console, --map in the command): {example}").format(
            example=example
        ),
    )
