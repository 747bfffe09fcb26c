"""Completes the word under the cursor in a filter: the name of a field, or its value. Pure.

`cou` becomes `country:`, also after a minus; after `country:` come the codes in the book; `tag:ke`
becomes `tag:"key account"`; `seen<3` becomes `seen<3min`, `seen<3h`, `seen<3d` …
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import FilterError
from partnerdesk.models.core.text import fold
from partnerdesk.models.languages import _
from partnerdesk.models.lists.completion import Completions, begun, common_beginning, fits
from partnerdesk.models.lists.filter_lexer import needs_quotes, quoted, words_of
from partnerdesk.models.lists.filter_parser import AGE_UNITS, column_called
from partnerdesk.models.lists.spec import MOMENTS, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.lists.completion import Line
    from partnerdesk.models.lists.filter_lexer import Word
    from partnerdesk.models.lists.spec import Column, ListSpec

DAYS = ("today", "month")
AGES = ("1d", "7d", "30d", "90d", "1y")
"""With `DAYS`, the values of a moment that are offered before anything is typed."""


@dataclass(frozen=True, slots=True)
class Place:
    """The part of a filter at the cursor, and what it stands for."""

    start: int
    end: int
    typed: str
    """The text of the part before the cursor, without quotes."""
    column: Column | None = None
    """The field whose value is typed; None if the name of a field is typed."""
    operator: str = ":"
    quoted: bool = False


def place_at(line: Line, spec: ListSpec) -> Place | None:
    """Return the part at the cursor that can be completed; None if there is none."""
    for word in words_of(line.text):
        if word.start < line.cursor <= word.end:
            return _place_in(word, line, spec)
    cursor = line.cursor
    is_between = not line.text[cursor : cursor + 1].strip()  # not directly before a word
    return Place(cursor, cursor, "") if is_between else None


def _place_in(word: Word, line: Line, spec: ListSpec) -> Place | None:
    if word.field and line.cursor >= word.value_start:
        return _value_place(word, line, spec)
    start = word.start + word.negated
    typed = line.text[start : line.cursor]
    end = word.value_start if word.field else word.end
    if (word.quoted and not word.field) or (not typed and line.cursor < end):
        return None
    return Place(start, end, typed, operator=word.operator or ":")


def _value_place(word: Word, line: Line, spec: ListSpec) -> Place | None:
    try:
        column = column_called(word.field, spec)
    except FilterError:
        return None
    typed = line.text[word.value_start : line.cursor]
    if word.quoted:
        at_the_end = line.cursor == word.end and word.closed
        typed = typed[1:-1] if at_the_end else typed[1:]
        typed = typed.replace('""', '"')
    if not typed and word.value:  # the cursor is before an existing value
        return None
    return Place(word.value_start, word.end, typed, column, word.operator, word.quoted)


def completions(
    line: Line, place: Place | None, spec: ListSpec, known: Sequence[str] = ()
) -> Completions:
    """Return the candidates for the part at `place`.

    Args:
        line: The typed filter.
        place: The result of `place_at`.
        spec: The list that is filtered.
        known: The values of the field in the book, for fields whose values are read from it.
    """
    if place is None:
        return Completions(line)
    if place.column is None:
        candidates = _fields(place, spec)
        written = candidates
    else:
        candidates = _values(place, place.column, known)
        written = [_quoted_if_needed(value) for value in candidates]
    if not candidates:
        return Completions(line)
    current = line.text[place.start : place.end]
    common = common_beginning(candidates)
    is_longer = len(begun(common)) > len(begun(place.typed)) and fits(common, place.typed)
    is_quoted = place.column is not None and (place.quoted or needs_quotes(common))
    beginning = quoted(common) if is_quoted else common
    return Completions(
        line, place.start, place.end, tuple(written),
        beginning if is_longer else "", int(is_quoted),
        place=written.index(current) if current in written else -1,
    )  # fmt: skip


def _fields(place: Place, spec: ListSpec) -> list[str]:
    """Return the fields whose name, or else whose first alias, begins with the typed text."""
    found = []
    for column in spec.columns:
        names = [name for name in (column.name, *column.aliases) if fits(name, place.typed)]
        if names:
            found.append(names[0] + place.operator)
    return found


def _values(place: Place, column: Column, known: Sequence[str]) -> list[str]:
    if column.kind in MOMENTS:
        possible = _moments(place)
    elif column.kind is Kind.CHOICE:
        possible = _names_of_choices(place, column)
    else:
        possible = list(known)
    unique: dict[str, str] = {}
    for value in possible:
        if fits(value, place.typed):
            unique.setdefault(fold(value), value)
    return list(unique.values())


def _names_of_choices(place: Place, column: Column) -> list[str]:
    """Return each choice's stored word if that begins with the typed text, else its title."""
    names = []
    for stored, title in (column.choices or {}).items():
        if stored and fits(stored, place.typed):
            names.append(stored)
        elif title and place.typed:
            names.append(_(title))
    return names


def _moments(place: Place) -> list[str]:
    """Return days and ages; after a typed number, the ages with that number."""
    digits = place.typed.rstrip("".join(AGE_UNITS))
    if 0 < len(digits) < 4 and digits.isdecimal():  # four digits are a year
        return [digits + unit for unit in AGE_UNITS]
    return [*(["never"] if place.operator in (":", "=") else []), *DAYS, *AGES]


def _quoted_if_needed(value: str) -> str:
    return quoted(value) if needs_quotes(value) else value
