"""Which columns of a list fit into how many cells, and how wide each becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from partnerdesk.models.lists.saved_views import ChosenColumn
    from partnerdesk.models.lists.spec import Column

GUTTER = 2
"""Cells at the left of each row: the cursor's mark and the row's mark."""
GAP = 2
"""Cells between two columns."""
LEAST = 3
"""Cells that a column is given at least, however narrow somebody wants it."""
LEAST_CUT = 6
"""Cells for which a part of a column is worth showing."""
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


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Which columns a table shows, and which others it has."""

    placed: list[Placed]
    """Those that are shown, from left to right."""
    columns: list[Column]
    """All that can be reached by scrolling, the shown ones among them."""
    skipped: int
    """How many steps it is scrolled to the right; each shows a column that may not be seen yet."""
    goes_on: bool
    """Whether scrolling to the right shows more."""


def arrange(
    columns: Sequence[Column],
    room: int,
    *,
    wide: bool,
    hidden: Container[str] = (),
    chosen: Sequence[ChosenColumn] = (),
    skip: int = 0,
) -> Arrangement:
    """Choose and size columns for `room` cells.

    At rest, those give way as a whole that have the highest rank, or the last of those that a
    person has `chosen`. In wide mode, which has the wide-only ones behind the others, the last one
    for which there is some room is cut. Scrolled sideways by `skip` steps, the first stays, and
    of those behind it one more gives way with each step, until all of the last one is seen.
    """
    kept = _kept(columns, wide=wide, hidden=hidden, chosen=chosen)
    every, room = [wish.column for wish in kept], room - GUTTER
    shown = _cut(kept, room) if wide else _whole(kept, room, by_rank=not chosen)
    found = Arrangement(_placed(shown, room), every, 0, shown != kept)
    second_is_seen = [wish.column for wish in shown[1:2]] == every[1:2]
    while found.goes_on and found.skipped < skip:
        step = found.skipped + 1
        wished = [kept[0], *kept[step + second_is_seen :]]
        shown = _cut(wished, room)
        found = Arrangement(_placed(shown, room), every, step, shown[1:] != wished[1:])
    return found


def _whole(wishes: Sequence[_Wish], room: int, *, by_rank: bool) -> list[_Wish]:
    """Return the columns for which there is room, the first one in any case."""
    kept = [*wishes]
    while len(kept) > 1 and _total(kept) > room:
        kept.remove(max(kept, key=lambda wish: wish.column.rank) if by_rank else kept[-1])
    if _total(kept) > room:
        kept[0] = replace(kept[0], width=max(room, 1))
    return kept


def _cut(wishes: Sequence[_Wish], room: int) -> list[_Wish]:
    """Return the first columns, as many as there is room for; the last may have only a part."""
    first, *behind = wishes
    if behind:  # it leaves room for one of those
        first = replace(first, width=max(min(first.width, room - GAP - LEAST_BESIDE), LEAST))
    kept = [first]
    for wish in behind:
        left = room - _total(kept) - GAP
        if left < min(wish.width, LEAST_CUT) and len(kept) > 1:
            break
        kept.append(replace(wish, width=max(min(wish.width, left), 1)))
        if left <= wish.width:
            break
    return kept


def _placed(wishes: Sequence[_Wish], room: int) -> list[Placed]:
    """Give the columns that grow the room that is left over."""
    widths = [wish.width for wish in wishes]
    spare = room - _total(wishes)
    shares = [wish.grows for wish in wishes]
    if spare > 0 and any(shares):
        grown = [spare * share // sum(shares) for share in shares]
        grown[shares.index(max(shares))] += spare - sum(grown)
        widths = [width + more for width, more in zip(widths, grown, strict=True)]
    return [
        Placed(wish.column, wish.place, width)
        for wish, width in zip(wishes, widths, strict=True)
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


def _total(wishes: Sequence[_Wish]) -> int:
    return sum(wish.width for wish in wishes) + GAP * max(len(wishes) - 1, 0)
