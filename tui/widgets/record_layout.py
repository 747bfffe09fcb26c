"""Which columns of a list fit into how many cells, and how wide each becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from models.languages import _

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from models.lists import Column

GUTTER = 2
"""Cells at the left of each row: the cursor's mark and the row's mark."""
GAP = 2
"""Cells between two columns."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column that is shown, where in the spec it stands, and how wide it is."""

    column: Column
    place: int
    width: int


def arrange(
    columns: Sequence[Column], room: int, *, wide: bool, hidden: Container[str] = ()
) -> list[Placed]:
    """Choose and size columns for `room` cells.

    Normal mode drops the columns of the highest rank until the rest fits; wide mode keeps all of
    them, and the table then scrolls sideways where they do not fit.
    """
    kept = [
        (place, column)
        for place, column in enumerate(columns)
        if (wide or not column.wide_only) and column.name not in hidden
    ]
    room -= GUTTER
    while not wide and len(kept) > 1 and _total([_least(column) for _, column in kept]) > room:
        kept.remove(max(kept, key=lambda entry: entry[1].rank))
    widths = [_least(column) for _, column in kept]
    spare = room - _total(widths)
    shares = [column.grows for _, column in kept]
    if spare > 0 and any(shares):
        grown = [spare * share // sum(shares) for share in shares]
        grown[shares.index(max(shares))] += spare - sum(grown)
        widths = [width + more for width, more in zip(widths, grown, strict=True)]
    return [
        Placed(column, place, width)
        for (place, column), width in zip(kept, widths, strict=True)
    ]  # fmt: skip


def fitted(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells; what is cut off shows as `…`."""
    length = cell_len(text)
    if length == width:
        return text
    if length < width:
        return text + " " * (width - length)
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def _least(column: Column) -> int:
    return max(column.width, cell_len(_(column.label)) + (1 if column.sort else 0))


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(len(widths) - 1, 0)
