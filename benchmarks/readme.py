"""Write the figures of the last run into `benchmarks/README.md`, between two marks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, markdown_table

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


WORSE = 1.15
"""From which multiple of its kept value on a figure is worse; below that machines differ anyway."""


def shortfalls(figures: Sequence[Figure]) -> list[str]:
    """Return a line for each figure that is worse than in the kept run, the one in the README.

    Ratios are compared where there are some, since they hold across machines; else the figures.
    """
    kept = _kept()
    lines = []
    for figure in figures:
        row, what, now, _peer, ratio, _goal, met = figure.cells
        before = kept.get((row, what))
        if before is None:
            continue
        then, then_ratio, then_met = before
        pair = (then_ratio, ratio) if then_ratio and ratio else (then, now)
        is_missed = then_met == "yes" and met == "NO"
        if is_missed or _number(pair[1]) > _number(pair[0]) * WORSE:
            goal = "; misses its goal now" if is_missed else ""
            lines.append(f"row {row}, {what}: {pair[0]} -> {pair[1]}{goal}")
    return lines


def _kept() -> dict[tuple[str, str], tuple[str, str, str]]:
    """Return figure, ratio and whether the goal was met, by the row and name of each kept one."""
    part = FILE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines()]
    return {(row[0], row[1]): (row[2], row[4], row[6]) for row in rows if len(row) == 7}


def _number(text: str) -> float:
    """Return the number that a figure begins with; none is worse than what is no number."""
    found = re.match(r"[\d,]+(\.\d+)?", text)
    return float(found[0].replace(",", "")) if found else 0.0


def write(about: Sequence[str], figures: Sequence[Figure]) -> None:
    """Replace the figures and the description of the machine by those of this run."""
    measured = "  \n".join(about)
    part = f"{BEGIN}\n\n{measured}\n\n{markdown_table(figures)}\n\n{END}"
    text = FILE.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    FILE.write_text(pattern.sub(lambda _match: part, text), encoding="utf-8")
