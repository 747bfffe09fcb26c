"""Which columns of a list fit into how many cells, and how wide each becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from models.languages import _

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from models.lists import Column
    from models.views import ChosenColumn

GUTTER = 2
"""Cells at the left of each row: the cursor's mark and the row's mark."""
GAP = 2
"""Cells between two columns."""
LEAST = 3
"""Cells that a column is given at least, however narrow somebody wants it."""
LEAST_BESIDE = 12
"""Cells that the first column leaves to those behind it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column that is shown, where in the spec it stands, and how wide it is."""

    column: Column
    place: int
    width: int


@dataclass(frozen=True, slots=True)
class _Wish:
    """A column that is to be shown, the least width of it, and its share of what is left over."""

    column: Column
    place: int
    width: int
    grows: int


def arrange(
    columns: Sequence[Column],
    room: int,
    *,
    wide: bool,
    hidden: Container[str] = (),
    chosen: Sequence[ChosenColumn] = (),
    sideways: bool = False,
) -> list[Placed]:
    """Choose and size columns for `room` cells.

    Normal mode drops columns until the rest fits: those of the highest rank, or the last of those
    that a person has `chosen`; these are all kept once the table is scrolled `sideways`. Wide mode
    keeps all columns, the wide-only ones behind, and the table scrolls where they do not fit.
    """
    kept = _kept(columns, wide=wide, hidden=hidden, chosen=chosen)
    room -= GUTTER
    rests = not wide and not (chosen and sideways)
    if chosen:  # the first one stays when the others scroll: it leaves room for them
        beside = 0 if rests or len(kept) < 2 else LEAST_BESIDE
        kept[0] = replace(kept[0], width=max(min(kept[0].width, room - beside), 1))
    while rests and len(kept) > 1 and _total([wish.width for wish in kept]) > room:
        kept.remove(kept[-1] if chosen else max(kept, key=lambda wish: wish.column.rank))
    widths = [wish.width for wish in kept]
    spare = room - _total(widths)
    shares = [wish.grows for wish in kept]
    if spare > 0 and any(shares):
        grown = [spare * share // sum(shares) for share in shares]
        grown[shares.index(max(shares))] += spare - sum(grown)
        widths = [width + more for width, more in zip(widths, grown, strict=True)]
    return [
        Placed(wish.column, wish.place, width)
        for wish, width in zip(kept, widths, strict=True)
    ]  # fmt: skip


def _kept(
    columns: Sequence[Column], *, wide: bool, hidden: Container[str], chosen: Sequence[ChosenColumn]
) -> list[_Wish]:
    """Return the columns that are shown where there is room for all, with their least widths."""
    usual = [
        _Wish(column, place, usual_width(column), column.grows)
        for place, column in enumerate(columns)
    ]
    if not chosen:
        return [
            wish for wish in usual
            if (wide or not wish.column.wide_only) and wish.column.name not in hidden
        ]  # fmt: skip
    named = {wish.column.name: wish for wish in usual}
    asked = [one for one in chosen if one.name in named]
    seen = [one for one in asked if one.name not in hidden] or asked  # a table has a column
    kept = [
        replace(named[one.name], width=max(one.width, LEAST), grows=0)
        if one.width else named[one.name]
        for one in seen
    ]  # fmt: skip
    there = {one.name for one in asked}
    further = [wish for wish in usual if wish.column.wide_only and wish.column.name not in there]
    return kept + [wish for wish in further if wide and wish.column.name not in hidden]


def fitted(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells; what is cut off shows as `…`."""
    length = cell_len(text)
    if length == width:
        return text
    if length < width:
        return text + " " * (width - length)
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def usual_width(column: Column) -> int:
    """Return the cells that a column takes at least where nobody chose its width."""
    return max(column.width, cell_len(_(column.label)) + (1 if column.sort else 0))


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(len(widths) - 1, 0)
