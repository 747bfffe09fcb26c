"""The layout of a list's columns: which columns fit into a width, and how wide each becomes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from partnerdesk.models.languages import _
from partnerdesk.models.lists.spec import Kind, cell_text

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from datetime import datetime

    from partnerdesk.models.lists.saved_views import ChosenColumn
    from partnerdesk.models.lists.spec import Column, Row

GUTTER = 2
"""Cells at the left of each row: the cursor's mark and the row's mark."""
GAP = 2
"""Cells between two columns."""
LEAST = 3
"""The smallest width of a column, in cells, even if a person chose less."""
LEAST_CUT = 6
"""The smallest width, in cells, for which a cut column is shown."""
LEAST_BESIDE = 12
"""Cells that the first column leaves for the columns behind it."""
GROWTH = 4
"""Cells beyond its least width that a column can use for each share in which it grows."""
MEASURED = 100
"""The number of rows whose texts tell how wide columns are to be."""

Lengths = dict[str, list[int]]
"""The lengths of texts in cells, ascending, by the column's name."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A shown column, its index in the spec, and its width in cells."""

    column: Column
    place: int
    width: int


@dataclass(frozen=True, slots=True)
class _Wish:
    """A column to show, its least width in cells, and its share of the spare width."""

    column: Column
    place: int
    width: int
    grows: int
    lengths: Sequence[int] = ()
    """The lengths of its texts, ascending; empty where they are not known."""
    width_is_chosen: bool = False
    """Whether a person chose the width, so that it stays."""

    def cut_at(self, width: int) -> int:
        """Return how many texts are cut in a width."""
        return len(self.lengths) - bisect_right(self.lengths, width)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The columns that a table shows, and those that scrolling reaches."""

    placed: list[Placed]
    """The shown columns, from left to right."""
    columns: list[Column]
    """All columns that scrolling reaches, including the shown ones."""
    skipped: int
    """The number of steps scrolled to the right."""
    goes_on: bool
    """Whether scrolling to the right shows further columns."""


def arrange(
    columns: Sequence[Column],
    room: int,
    *,
    wide: bool,
    hidden: Container[str] = (),
    chosen: Sequence[ChosenColumn] = (),
    skip: int = 0,
    lengths: Mapping[str, Sequence[int]] | None = None,
) -> Arrangement:
    """Choose the columns for `room` cells, and their widths.

    If not all columns fit, those of the highest rank are left out whole, or the last of the columns
    that a person has `chosen`. In wide mode the wide-only columns follow the others, and the last
    column with some space is cut. Scrolled sideways by `skip` steps, the first column stays, and
    each step hides one more of the columns behind it, until the last column is visible whole.

    Columns that cut texts of these `lengths` get what is free before the others grow.
    """
    wishes = _measured_wishes(columns, lengths, wide=wide, hidden=hidden, chosen=chosen)
    every, room = [wish.column for wish in wishes], room - GUTTER
    shown = _cut(wishes, room) if wide else _whole(wishes, room, by_rank=not chosen)
    result = Arrangement(_placed(shown, room), every, 0, shown != wishes)
    second_is_seen = [wish.column for wish in shown[1:2]] == every[1:2]
    while result.goes_on and result.skipped < skip:
        step = result.skipped + 1
        remaining = [wishes[0], *wishes[step + second_is_seen :]]
        shown = _cut(remaining, room)
        result = Arrangement(_placed(shown, room), every, step, shown[1:] != remaining[1:])
    return result


def measured(columns: Sequence[Column], rows: Sequence[Row], at: datetime) -> Lengths:
    """Return the lengths of the texts in some rows, for the columns whose texts vary in length."""
    return {
        column.name: sorted(cell_len(cell_text(column, row.values[place], at)) for row in rows)
        for place, column in enumerate(columns)
        if column.kind in (Kind.TEXT, Kind.TAGS)
    }


def useful_room(
    columns: Sequence[Column],
    *,
    wide: bool,
    hidden: Container[str] = (),
    chosen: Sequence[ChosenColumn] = (),
    lengths: Mapping[str, Sequence[int]] | None = None,
) -> int:
    """Return the cells that the columns can use: with more they would mostly hold blanks.

    A column that grows can use up to twice its growth if texts of these `lengths` need it.
    """
    wishes = _measured_wishes(columns, lengths, wide=wide, hidden=hidden, chosen=chosen)
    grown = sum(_useful_growth(wish) for wish in wishes)
    return GUTTER + _total(wishes) + grown


def _useful_growth(wish: _Wish) -> int:
    usual, longest = GROWTH * wish.grows, max(wish.lengths, default=0)
    return max(usual, min(longest - wish.width, 2 * usual))


def _measured_wishes(
    columns: Sequence[Column],
    lengths: Mapping[str, Sequence[int]] | None,
    *,
    wide: bool,
    hidden: Container[str],
    chosen: Sequence[ChosenColumn],
) -> list[_Wish]:
    """Return the columns to show if all fit, with the lengths of their texts."""
    return [
        wish
        if wish.width_is_chosen
        else replace(wish, lengths=(lengths or {}).get(wish.column.name, ()))
        for wish in _wished(columns, wide=wide, hidden=hidden, chosen=chosen)
    ]


def _whole(wishes: Sequence[_Wish], room: int, *, by_rank: bool) -> list[_Wish]:
    """Return the columns that fit whole; the first column is always returned."""
    fitting = [*wishes]
    while len(fitting) > 1 and _total(fitting) > room:
        last = max(fitting, key=lambda wish: wish.column.rank) if by_rank else fitting[-1]
        fitting.remove(last)
    if _total(fitting) > room:
        fitting[0] = replace(fitting[0], width=max(room, 1))
    return fitting


def _cut(wishes: Sequence[_Wish], room: int) -> list[_Wish]:
    """Return as many of the first columns as fit; the last of them may be cut."""
    first, *behind = wishes
    if behind:  # the first column leaves space for a second
        first = replace(first, width=max(min(first.width, room - GAP - LEAST_BESIDE), LEAST))
    fitting = [first]
    for wish in behind:
        left = room - _total(fitting) - GAP
        if left < min(wish.width, LEAST_CUT) and len(fitting) > 1:
            break
        fitting.append(replace(wish, width=max(min(wish.width, left), 1)))
        if left <= wish.width:
            break
    return fitting


def _placed(wishes: Sequence[_Wish], room: int) -> list[Placed]:
    """Return the columns with their final widths.

    Each free cell goes to the column that cuts the most texts, so that the most is read; what no
    column needs is shared by the growing ones.
    """
    widths = [wish.width for wish in wishes]
    spare = room - _total(wishes)
    while spare > 0:
        cut = [wish.cut_at(width) for wish, width in zip(wishes, widths, strict=True)]
        if not any(cut):
            break
        widths[cut.index(max(cut))] += 1
        spare -= 1
    shares = [wish.grows for wish in wishes]
    if spare > 0 and any(shares):
        grown = [spare * share // sum(shares) for share in shares]
        grown[shares.index(max(shares))] += spare - sum(grown)
        widths = [width + more for width, more in zip(widths, grown, strict=True)]
    return [
        Placed(wish.column, wish.place, width) for wish, width in zip(wishes, widths, strict=True)
    ]


def _wished(
    columns: Sequence[Column], *, wide: bool, hidden: Container[str], chosen: Sequence[ChosenColumn]
) -> list[_Wish]:
    """Return the columns to show if all fit, with their least widths."""
    usual = [
        _Wish(column, place, usual_width(column), column.grows)
        for place, column in enumerate(columns)
    ]
    if not chosen:
        return [
            wish
            for wish in usual
            if (wide or not wish.column.wide_only) and wish.column.name not in hidden
        ]
    named = {wish.column.name: wish for wish in usual}
    known = [choice for choice in chosen if choice.name in named]
    # A table has at least one column.
    visible = [choice for choice in known if choice.name not in hidden] or known
    wishes = [
        replace(named[choice.name], width=max(choice.width, LEAST), grows=0, width_is_chosen=True)
        if choice.width
        else named[choice.name]
        for choice in visible
    ]
    names = {choice.name for choice in known}
    further = [wish for wish in usual if wish.column.wide_only and wish.column.name not in names]
    return wishes + [wish for wish in further if wide and wish.column.name not in hidden]


def fitted(text: str, width: int) -> str:
    """Return `text` padded or cut to exactly `width` cells; a cut text ends with `…`."""
    length = cell_len(text)
    if length == width:
        return text
    if length < width:
        return text + " " * (width - length)
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def aligned(text: str, width: int, kind: Kind) -> str:
    """Return `text` for a cell of exactly `width` cells; numbers stand at its right."""
    if kind not in (Kind.NUMBER, Kind.MONEY):
        return fitted(text, width)
    return " " * max(width - cell_len(text), 0) + fitted(text, min(cell_len(text), width))


def usual_width(column: Column) -> int:
    """Return the default least width of a column, in cells."""
    sign = 2 if column.kind is Kind.CHOICE and column.tones else 0
    return max(column.width + sign, cell_len(_(column.label)) + (1 if column.sort else 0))


def _total(wishes: Sequence[_Wish]) -> int:
    return sum(wish.width for wish in wishes) + GAP * max(len(wishes) - 1, 0)
