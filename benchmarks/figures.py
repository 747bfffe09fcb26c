"""Figures with their goals, and the table that shows them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Unit(StrEnum):
    """The unit in which a figure is written."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    BYTES = "B"
    MEGABYTES = "MB"

    def written(self, value: float) -> str:
        """Return `value`, in seconds or bytes, as text in this unit."""
        match self:
            case Unit.SECONDS:
                return f"{value:.3f} s"
            case Unit.MILLISECONDS:
                return f"{value * 1000:.1f} ms"
            case Unit.BYTES:
                return f"{value:,.0f} B"
            case Unit.MEGABYTES:
                return f"{value / 1e6:,.1f} MB"


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    row: int
    """The number of the goal; several figures may share it."""
    what: str
    figure: str
    peer: str = ""
    """The figure for comparison, with the name of its program."""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None
    """Whether the goal is met; None without a goal."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts of the line's cells."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        met = "" if self.met is None else "yes" if self.met else "NO"
        return (str(self.row), self.what, self.figure, self.peer, ratio, self.goal, met)


HEADINGS = ("#", "What", "Console", "Beside", "Ratio", "Goal", "Met")


def against(
    row: int, what: str, ours: float, theirs: float, unit: Unit, peer: str,
    *, most: float | None = None, goal: str = "",
) -> Figure:  # fmt: skip
    """Return a figure compared with a peer's; `most` is the largest allowed ratio."""
    ratio = ours / theirs
    met = None if most is None else round(ratio, 2) <= most
    stated = goal or ("" if most is None else f"≤ {most:g}")
    beside = f"{unit.written(theirs)} {peer}"
    return Figure(row, what, unit.written(ours), beside, ratio, stated, met)


def within(row: int, what: str, value: float, unit: Unit, most: float, peer: str = "") -> Figure:
    """Return a figure with the upper limit `most`, in seconds or bytes."""
    goal = f"≤ {unit.written(most).replace('.0 ', ' ')}" if most else "0"
    return Figure(row, what, unit.written(value), peer, goal=goal, met=value <= most)


def slow_ones(row: int, what: str, times: Sequence[float], most: float) -> Figure:
    """Return the 95th percentile of times in seconds, with the median as its peer."""
    middle = f"median {Unit.MILLISECONDS.written(statistics.median(times))}"
    what = f"{what}, p95 of {len(times)}"
    return within(row, what, p95(times), Unit.MILLISECONDS, most, peer=middle)


def text_figure(
    row: int, what: str, figure: str, *, met: bool | None = None, goal: str = ""
) -> Figure:
    """Return a line whose figure is a text."""
    return Figure(row, what, figure, goal=goal, met=met)


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def text_table(figures: Sequence[Figure]) -> str:
    """Return the table for a terminal."""
    rows = [HEADINGS, *(figure.cells for figure in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    right = {0, 2, 4}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def markdown_table(figures: Sequence[Figure]) -> str:
    """Return the table for a README."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---:|---|---:|---|---:|---|---|"]
    lines += ["| " + " | ".join(figure.cells).replace("NO |", "**no** |") for figure in figures]
    return "\n".join(line if line.endswith("|") else line + " |" for line in lines)
