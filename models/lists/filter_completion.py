"""What Tab makes of the word under the cursor in a filter: a field's name, or a value of it. Pure.

`cou` becomes `country:`, also behind a minus; `country:` is followed by the codes in the book,
`tag:ke` becomes `tag:"key account"`, `seen<3` one of `seen<3min`, `seen<3h`, `seen<3d` …
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
"""What is offered before anything is typed."""


@dataclass(frozen=True, slots=True)
class Place:
    """The part of a filter that the cursor is in, and what is meant there."""

    start: int
    end: int
    typed: str
    """What stands there before the cursor, without quotes."""
    column: Column | None = None
    """The field whose value is meant; None where a field's name is."""
    operator: str = ":"
    quoted: bool = False


def place_at(line: Line, spec: ListSpec) -> Place | None:
    """Return what can be completed where the cursor is; None where nothing can."""
    for word in words_of(line.text):
        if word.start < line.cursor <= word.end:
            return _place_in(word, line, spec)
    at = line.cursor
    between = not line.text[at : at + 1].strip()  # not right before a word
    return Place(at, at, "") if between else None


def _place_in(word: Word, line: Line, spec: ListSpec) -> Place | None:
    if word.field and line.cursor >= word.value_start:
        return _value_place(word, line, spec)
    start = word.start + word.negated
    typed = line.text[start : line.cursor]
    behind = word.value_start if word.field else word.end
    if (word.quoted and not word.field) or (not typed and line.cursor < behind):
        return None
    return Place(start, behind, typed, operator=word.operator or ":")


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
    if not typed and word.value:  # before a value that stands there
        return None
    return Place(word.value_start, word.end, typed, column, word.operator, word.quoted)


def completions(
    line: Line, place: Place | None, spec: ListSpec, known: Sequence[str] = ()
) -> Completions:
    """Return what the part at `place` could become.

    Args:
        line: The filter as it is typed.
        place: What `place_at` found in it.
        spec: The list whose fields are meant.
        known: The values that the book holds for the field, where they are read from there.
    """
    if place is None:
        return Completions(line)
    if place.column is None:
        fitting = _fields(place, spec)
        written = fitting
    else:
        fitting = _values(place, place.column, known)
        written = [_written(value) for value in fitting]
    if not fitting:
        return Completions(line)
    here = line.text[place.start : place.end]
    common = common_beginning(fitting)
    grown = len(begun(common)) > len(begun(place.typed)) and fits(common, place.typed)
    closed = place.column is not None and (place.quoted or needs_quotes(common))
    beginning = quoted(common) if closed else common
    return Completions(
        line, place.start, place.end, tuple(written),
        beginning if grown else "", int(closed),
        place=written.index(here) if here in written else -1,
    )  # fmt: skip


def _fields(place: Place, spec: ListSpec) -> list[str]:
    """Return the fields that begin so: by their own name, else by the first other one."""
    found = []
    for column in spec.columns:
        fitting = [name for name in (column.name, *column.aliases) if fits(name, place.typed)]
        if fitting:
            found.append(fitting[0] + place.operator)
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
    """Return for each choice its stored word; its title where only that begins so."""
    names = []
    for stored, title in (column.choices or {}).items():
        if stored and fits(stored, place.typed):
            names.append(stored)
        elif title and place.typed:
            names.append(_(title))
    return names


def _moments(place: Place) -> list[str]:
    """Return days and ages; of a number that is begun, the ages of so many."""
    digits = place.typed.rstrip("".join(AGE_UNITS))
    if 0 < len(digits) < 4 and digits.isdecimal():  # four are a year
        return [digits + unit for unit in AGE_UNITS]
    return [*(["never"] if place.operator in (":", "=") else []), *DAYS, *AGES]


def _written(value: str) -> str:
    return quoted(value) if needs_quotes(value) else value
