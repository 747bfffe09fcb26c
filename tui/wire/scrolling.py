"""Find rows that moved up or down, so that the terminal can scroll them itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from partnerdesk.tui.wire.cells import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.tui.wire.rows import Row

FEWEST = 4
"""The fewest changed rows for which scrolling is considered."""
HOLE = 2
"""The largest distance between two moved rows of one run."""


Move = tuple[int, int, int]
"""The first and last row of the scrolled region, and the rows to scroll up; negative is down."""


def moved(rows: Sequence[Row], changed: Mapping[int, Row]) -> Move | None:
    """Return the scroll that saves the most rows to write; None if none saves enough.

    Args:
        rows: the rows that the terminal shows.
        changed: the new content of the rows that change, by row number.
    """
    if len(changed) < FEWEST:
        return None
    old = ["".join(row.texts) for row in rows]
    new = old.copy()
    for number, row in changed.items():
        new[number] = "".join(row.texts)
    run = _longest_run(old, new, changed)
    if run is None:
        return None
    first, last, by = run
    top, bottom = (first, last + by) if by > 0 else (first + by, last)
    if any(UNKNOWN in new[number] for number in range(top, bottom + 1)):
        return None  # a moved row with unknown cells could not be written again
    to_write = sum(old[number] != new[number] for number in range(top, bottom + 1))
    left_over = sum(
        not top <= number + by <= bottom or old[number + by] != new[number]
        for number in range(top, bottom + 1)
    )
    return (top, bottom, by) if to_write - left_over >= FEWEST - 1 else None


def _longest_run(
    old: Sequence[str], new: Sequence[str], changed: Mapping[int, Row]
) -> tuple[int, int, int] | None:
    """Return the first and last row of the longest run that moved alike, and its distance."""
    count = Counter(old)
    places = {text: number for number, text in enumerate(old) if count[text] == 1}
    distances = {
        number: places[new[number]] - number for number in sorted(changed) if new[number] in places
    }
    common = Counter(by for by in distances.values() if by).most_common(1)
    if not common:
        return None
    by = common[0][0]
    runs: list[list[int]] = []
    for number in (number for number, its in distances.items() if its == by):
        if not runs or number - runs[-1][-1] > HOLE:
            runs.append([])
        runs[-1].append(number)
    longest = max(runs, key=len)
    return longest[0], longest[-1], by
