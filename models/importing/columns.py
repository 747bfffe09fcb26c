"""Which column of a file holds which field: as the person says, by its heading, by its content.

And which line is the heading, and whether a file is another list than was thought.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import FileError, UsageError
from partnerdesk.models.core.text import fold, listed, short_name, shown
from partnerdesk.models.customers.entities import Relationship
from partnerdesk.models.importing.cells import relationship_in, relationship_words
from partnerdesk.models.importing.fields import (
    CUSTOMERS,
    LISTS,
    PORTAL_FIELDS,
    ImportField,
    ImportList,
    doubtful_headings,
    headings,
    key,
    own_places,
)
from partnerdesk.models.importing.words import import_words
from partnerdesk.models.languages import N_, _
from partnerdesk.models.sheets import is_type_line
from partnerdesk.models.values.countries import country_code
from partnerdesk.models.values.domains import domain_name
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from enum import StrEnum

SAMPLE_ROWS = 200
"""Rows whose content says what a column without a known heading holds."""

_MOSTLY = 0.8
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column of a file holds which field."""

    columns: tuple[str, ...]
    """All headings of the file, in its order."""
    places: dict[StrEnum, int]
    """For each field that the file has, the index of its column."""

    @property
    def used(self) -> dict[StrEnum, str]:
        """The heading of each field's column."""
        return {field: self.columns[place] for field, place in self.places.items()}

    @property
    def unused(self) -> tuple[str, ...]:
        """The headings of the columns that are left out, those without one excepted."""
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
    """Find the fields among a file's columns.

    Args:
        columns: the file's headings.
        sample: the first rows, `SAMPLE_ROWS` at most.
        mapping: what the person says, heading by field; it wins.
        kind: the list that the file is imported into.

    Raises:
        UsageError: `mapping` names a field or a column that there is not.
        OtherListError: the columns are those of another list, and nobody said what they are.
        FileError: the file has no headings, or a field is not found that every row needs.
    """
    if any(guid(column) for column in columns):
        raise FileError(
            _("The file's first line is a customer already; it has to name the columns."),
            _("Put a line above it: {names}.").format(
                names="Microsoft ID,Company name,Primary domain name,Relationship"
            ),
        )
    places = _as_said(columns, mapping, kind)
    if not mapping:
        refuse_other_list(columns, kind)
    _by_heading(columns, sample, places, kind)
    _by_content(columns, sample, places, kind)
    _refuse_incomplete(columns, places, kind)
    return ColumnMap(tuple(columns), dict(sorted(places.items(), key=lambda item: item[1])))


def _as_said(
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
                _("Its columns: {names}.").format(names=listed(columns)),
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
    doubtful = doubtful_headings()  # many a file numbers its rows in a column `ID`
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
    if len(texts) > 1:  # every customer has a name; tags and remarks are there or not
        found[ImportField.COMPANY_NAME] = [place for place in texts if place in filled]
    for field, candidates in found.items():
        if field not in places and len(candidates) == 1:
            places[field] = candidates[0]


def _content(
    cells: Sequence[str], words: dict[str, Relationship], kind: ImportList
) -> StrEnum | None:
    for name, is_one in _CONTENT.items():
        if name in kind.by_content and _most(is_one(cell) for cell in cells):
            return kind.by_content[name]
    if kind is not CUSTOMERS:
        return None
    meant = [relationship_in(cell, words) for cell in cells]
    if _most(meant):
        says_little = {None, Relationship.NONE, Relationship.UNKNOWN}  # as does any yes-no column
        return ImportField.RELATIONSHIP if set(meant) - says_little else None
    if _most(any(letter.isalpha() for letter in cell) for cell in cells):
        return ImportField.COMPANY_NAME
    return None


def _guids(text: str) -> bool:
    """Say whether a text is the id of a delegated-admin relationship."""
    one, two = text[:36], text[37:]
    return len(text) == 73 and guid(one) is not None and guid(two) is not None


_CONTENT: Mapping[str, Callable[[str], object]] = {
    "guids": _guids,
    "guid": guid,
    "email": _EMAIL.fullmatch,
    "domain": domain_name,
}
"""What tells that a cell is of a kind."""


def _cells(sample: Sequence[Sequence[str]], place: int) -> list[str]:
    cells = (row[place].strip() for row in sample if place < len(row))
    return [cell for cell in cells if cell]


def _most(answers: Iterable[object]) -> bool:
    heard = [bool(answer) for answer in answers]
    return sum(heard) >= _MOSTLY * len(heard)


def _refuse_incomplete(
    columns: Sequence[str], places: Mapping[StrEnum, int], kind: ImportList
) -> None:
    missing = [fields[0] for fields in kind.required if not set(fields) & places.keys()]
    if not missing:
        return
    needed = {field for fields in kind.required for field in fields}
    sure = {places.get(field) for field in {*needed, *(PORTAL_FIELDS if kind is CUSTOMERS else ())}}
    free = [column for place, column in enumerate(columns) if column and place not in sure]
    example = f'{missing[0]}="{short_name((free or ["…"])[0])}"'
    raise FileError(
        _("No column was recognised as {title}. The file's columns: {names}.").format(
            title=_(kind.titles[missing[0]]), names=listed(columns)
        ),
        _("Say which one it is (m in the console, --map in the command): {example}").format(
            example=example
        ),
    )


class OtherListError(FileError):
    """A file has the columns of another list than the one that it was to be imported into."""

    def __init__(self, other: ImportList | None, title: str) -> None:
        if other is not None:
            text = _("The columns are those of a list of {title}.").format(title=title)
            remedy = _("Import it as such (o in the console): partnerdesk {command} FILE").format(
                command=other.command
            )
        else:
            text = _("The columns are those of a list of {title}, which is kept nowhere here.")
            text = text.format(title=title)
            remedy = _("If there are customers in it all the same, say in which columns they are "
                       "(m in the console, --map in the command).")  # fmt: skip
        super().__init__(text, remedy)
        self.other = other
        """The list that the file can be imported into; None where it is of no use here."""


FOREIGN_TITLES = {
    "subscriptions": N_("subscriptions"),
    "invoices": N_("invoice lines"),
    "users": N_("users"),
    "licenses": N_("licences"),
    "log": N_("activities"),
}
"""What lists hold that the book does not keep."""


def refuse_other_list(columns: Sequence[str], kind: ImportList) -> None:
    """Refuse a file whose headings are surely those of another list.

    Raises:
        OtherListError: another list explains more of its columns, among them some that only that
            one has; or they are of a list that the book does not keep.
    """
    keys = {key(column) for column in columns if column}
    own, own_keys = _explained(keys, kind)
    for other in LISTS.values():
        if other is kind:
            continue
        found, found_keys = _explained(keys, other)
        complete = all(found.intersection(fields) for fields in other.required)
        telling = len(found & other.telling)
        if len(found_keys) > len(own_keys) and telling > (0 if complete else 1):
            raise OtherListError(other, _(other.title))
    for name, title in FOREIGN_TITLES.items():
        telling_keys = {
            key(heading) for words in import_words() for heading in words.foreign.get(name, ())
        }
        if len(keys & telling_keys) > max(1, len(own & kind.telling)):
            raise OtherListError(None, _(title))


def _explained(keys: set[str], kind: ImportList) -> tuple[set[StrEnum], set[str]]:
    """Return the fields of a list that headings name, and which headings do."""
    known = headings(kind)
    fields = {field for field, names in known.items() if not keys.isdisjoint(names)}
    return fields, {name for name in keys if any(name in names for names in known.values())}


class FileHints:
    """What is known of the files that are imported (`models.sheets.Hints`)."""

    def __init__(self, kind: ImportList) -> None:
        self._kind = kind

    @cached_property
    def _headings(self) -> set[str]:
        return {name for kind in LISTS.values() for names in headings(kind).values()
                for name in names if len(name) > 1}  # fmt: skip

    @cached_property
    def _words(self) -> set[str]:
        """The words of headings that are not ASCII, and what relationships are called."""
        said = import_words()
        texts = chain(
            (name for words in said for tier in words.headings for names in tier.values()
             for name in names),
            (name for words in said for fields in words.lists.values() for names in fields.values()
             for name in names),
            (name for words in said for names in words.relationships.values() for name in names),
        )  # fmt: skip
        return {fold(word) for text in texts for word in text.split() if not text.isascii()}

    def knows(self, word: str) -> bool:
        """Say whether a word stands in headings, or is a country."""
        return fold(word) in self._words or country_code(word, any_language=False) is not None

    def heading(self, rows: Sequence[Sequence[str]]) -> int:
        """Return which row is the heading: the first that names most fields, else the first.

        Above it stand titles, the date of the export, PowerShell's `#TYPE` or groups of columns.
        A row that names one field only has to be as wide as what follows: a title may say
        "Customers".
        """
        places = [place for place, row in enumerate(rows) if not is_type_line(row)]
        if not places:
            return 0
        named = {place: self._named(rows[place]) for place in places}
        best = max(places, key=lambda place: (named[place], -place))
        if named[best] > 1:
            return best
        wide = max(map(_filled, rows))
        return next((place for place in places if 2 * _filled(rows[place]) > wide), places[0])

    def _named(self, row: Sequence[str]) -> int:
        keys = {key(cell) for cell in row if cell.strip()}
        return len(keys & self._headings) if not any(guid(cell.strip()) for cell in row) else 0


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)
