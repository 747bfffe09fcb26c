"""Places charts of known heights on pages: columns side by side, read from the top down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEAST_WIDTH, MOST_WIDTH = 38, 76
"""Cells that a chart has at least, so that charts stand side by side; and at most, if possible."""
GAP = 2
"""Cells between charts side by side."""
LEAST_RISING, MOST_RISING = 4, 9
"""Lines of the columns of a chart."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a chart stands, in cells from the top left of all pages."""

    x: int
    y: int
    page: int


@dataclass(frozen=True, slots=True)
class ChartLayout:
    """Where all charts stand."""

    spots: tuple[Spot, ...]
    width: int
    """Cells of each chart."""
    rising: int
    """Lines of the columns of a chart."""
    height: int
    """Lines of all pages."""


def arrange(heights: Callable[[int], Sequence[int]], width: int, height: int) -> ChartLayout:
    """Place charts on as few pages as possible; on one page, as broad and as high as they fit.

    Args:
        heights: returns the heights of the charts, given the lines of the columns of a chart.
        width: cells of a page.
        height: lines of a page.
    """
    most = max((width + GAP) // (LEAST_WIDTH + GAP), 1)
    least = min(-(-width // MOST_WIDTH), most)
    for beside in range(least, most + 1):
        for rising in range(MOST_RISING, LEAST_RISING - 1, -1):
            lines = heights(rising)
            if len(_packed(lines, beside, height)) == 1:
                balanced = min(
                    limit for limit in range(height + 1) if len(_packed(lines, beside, limit)) == 1
                )
                return _placed(_packed(lines, beside, balanced), lines, width, beside, rising, 0)
    lines = heights(LEAST_RISING)
    pages = _packed(lines, most, height)
    return _placed(pages, lines, width, most, LEAST_RISING, height)


def _packed(lines: Sequence[int], beside: int, height: int) -> list[list[list[int]]]:
    """Return the indexes of the charts in each column of each page, filled in their order.

    Between two charts of a column is an empty line. What is higher than a page has one of its own.
    """
    pages: list[list[list[int]]] = []
    room = -1
    for place, own in enumerate(lines):
        if own <= room:
            pages[-1][-1].append(place)
        elif pages and len(pages[-1]) < beside and own <= height:
            pages[-1].append([place])
            room = height
        else:
            pages.append([[place]])
            room = height
        room -= own + 1
    return pages


def _placed(
    pages: Sequence[Sequence[Sequence[int]]],
    lines: Sequence[int],
    width: int,
    beside: int,
    rising: int,
    height: int,
) -> ChartLayout:
    own = (width - GAP * (beside - 1)) // beside
    spots: dict[int, Spot] = {}
    top = bottom = 0
    for page, columns in enumerate(pages):
        for column, places in enumerate(columns):
            y = top
            for place in places:
                spots[place] = Spot(column * (own + GAP), y, page)
                y += lines[place] + 1
            bottom = max(bottom, y - 1)
        top = bottom = max(top + height, bottom)  # the last page can be scrolled to its top, too
    return ChartLayout(tuple(spots[place] for place in sorted(spots)), own, rising, bottom)
