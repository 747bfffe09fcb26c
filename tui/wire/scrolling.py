"""Finds rows that moved up or down, so that the terminal can move them itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from partnerdesk.tui.wire.cells import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.tui.wire.rows import Row

FEWEST = 4
"""Fewer rows than these are rather written anew."""
HOLE = 2
"""So many rows between those that moved may have become others."""


Move = tuple[int, int, int]
"""The first and the last row of those that move, and how far they go up; negative is down."""


def moved(rows: Sequence[Row], changed: Mapping[int, Row]) -> Move | None:
    """Return the move that spares most, from what is shown and the rows that become others."""
    if len(changed) < FEWEST:
        return None
    old = ["".join(row.texts) for row in rows]
    new = old.copy()
    for number, row in changed.items():
        new[number] = "".join(row.texts)
    found = _most_moved(old, new, changed)
    if found is None:
        return None
    first, last, by = found
    top, bottom = (first, last + by) if by > 0 else (first + by, last)
    if any(UNKNOWN in new[number] for number in range(top, bottom + 1)):
        return None  # what a row shows could not be shown again
    to_write = sum(old[number] != new[number] for number in range(top, bottom + 1))
    left_over = sum(
        not top <= number + by <= bottom or old[number + by] != new[number]
        for number in range(top, bottom + 1)
    )
    return (top, bottom, by) if to_write - left_over >= FEWEST - 1 else None


def _most_moved(
    old: Sequence[str], new: Sequence[str], changed: Mapping[int, Row]
) -> tuple[int, int, int] | None:
    """Return the first and the last row of the longest run that moved alike, and how far."""
    count = Counter(old)
    places = {text: number for number, text in enumerate(old) if count[text] == 1}
    far = {
        number: places[new[number]] - number for number in sorted(changed) if new[number] in places
    }
    common = Counter(by for by in far.values() if by).most_common(1)
    if not common:
        return None
    by = common[0][0]
    runs: list[list[int]] = []
    for number in (number for number, its in far.items() if its == by):
        if not runs or number - runs[-1][-1] > HOLE:
            runs.append([])
        runs[-1].append(number)
    longest = max(runs, key=len)
    return longest[0], longest[-1], by
