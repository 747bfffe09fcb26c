"""Draws charts as lines of text: bars from left to right, and columns for months and weeks.

Without Textual, since commands print the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.cells import cell_len

from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import number
from partnerdesk.models.overview.charts import Shape
from partnerdesk.tui.widgets.record_layout import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.overview.charts import Bar, Chart

EIGHTHS = " ▏▎▍▌▋▊▉█"
"""A cell filled from the left by so many eighths."""
RISING = " ▁▂▃▄▅▆▇█"
"""A cell filled from below by so many eighths."""
MARK = 2
"""Cells at the left of each line, for the mark of the cursor."""
LEAST_PITCH, MOST_PITCH = 2, 6
"""Cells from one column to the next, at least and at most."""
LEAST_LABEL = 13
"""Cells that the labels of bars may take, however narrow the chart is."""


class Look(StrEnum):
    """What a piece of a line is, and so how it looks."""

    HEADING = "heading"
    LABEL = "label"
    BAR = "bar"
    NUMBER = "number"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line."""

    text: str
    look: Look = Look.LABEL
    at_cursor: bool = False
    """Whether it is highlighted; bars keep their look, which costs half the bytes of a key."""
    color: str = ""
    """The colour of the bar's cloud; empty for the usual one."""


Line = list[Piece]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its bars, as it is drawn."""

    chart: Chart
    bars: Sequence[Bar] | None
    """The bars; None until they are counted."""
    cursor: int = -1
    """The index of the bar under the cursor; -1 if the cursor is in another chart."""
    is_plain: bool = False
    """Whether only ASCII can be drawn."""

    @property
    def total(self) -> int:
        """The sum of all bars."""
        return sum(bar.count for bar in self.bars or ())


def height_of(chart: Chart, rising: int) -> int:
    """Return how many lines a chart takes; `rising` are the lines of a column."""
    return 1 + (chart.most if chart.shape is Shape.BARS else rising + 2)


def fitting(chart: Chart, bars: Sequence[Bar], width: int) -> Sequence[Bar]:
    """Return the bars that a chart of this width shows; of many months, half of them: the last."""
    many = chart.shape is Shape.COLUMNS and len(bars) * LEAST_PITCH > width - MARK
    return bars[len(bars) // 2 :] if many else bars


def drawn(picture: Picture, width: int, rising: int) -> list[Line]:
    """Return the lines of a chart; the bars are those that `fitting` returned."""
    height = height_of(picture.chart, rising)
    if picture.chart.is_optional and not picture.total:
        return [[]] * height
    lines = [_heading(picture, width)]
    if picture.bars is None:
        lines.append([Piece(" " * MARK + "…", Look.MUTED)])
    elif not picture.total:
        texts = wrap(picture.chart.empty, max(width - MARK, 10))
        lines += [[Piece(" " * MARK + text, Look.MUTED)] for text in texts[: height - 1]]
    elif picture.chart.shape is Shape.BARS:
        lines += _bars(picture, picture.bars, width)
    else:
        lines += _columns(picture, picture.bars, width, rising)
    return lines + [[]] * (height - len(lines))


def _heading(picture: Picture, width: int) -> Line:
    """Return title and total; where the cursor is on a column, what it stands for instead."""
    bars = picture.bars
    behind = number(picture.total) if bars is not None else ""
    if bars and picture.cursor >= 0 and picture.chart.shape is Shape.COLUMNS:
        bar = bars[picture.cursor]
        behind = f"{shown(bar.short)}: {number(bar.count)}"
    room = max(width - cell_len(behind) - 1, 0)
    title = fitted(" " + shown(picture.chart.title), room)
    return [Piece(title + " ", Look.HEADING), Piece(behind, Look.NUMBER)]


def _bars(picture: Picture, bars: Sequence[Bar], width: int) -> list[Line]:
    labels = [shown(bar.label) for bar in bars]
    numbers = [number(bar.count) for bar in bars]
    widest = max(map(cell_len, numbers))
    label_width = min(max(map(cell_len, labels)), max(LEAST_LABEL, width // 3))
    room = max(width - MARK - label_width - widest - 2, 1)
    most = max(bar.count for bar in bars)
    lines: list[Line] = []
    for place, (bar, label, count) in enumerate(zip(bars, labels, numbers, strict=True)):
        here = place == picture.cursor
        length = _bar(bar.count, most, room, is_plain=picture.is_plain)
        lines.append(
            [
                Piece(_mark(picture, here=here), Look.LABEL, here),
                Piece(fitted(label, label_width) + " ", Look.LABEL, here),
                Piece(fitted(length, room), Look.BAR, color=bar.color),
                Piece(f" {count:>{widest}}", Look.NUMBER, here),
            ]
        )
    return lines


def _bar(count: int, most: int, room: int, *, is_plain: bool) -> str:
    """Return a bar of at most `room` cells; whatever is counted can be seen."""
    if is_plain:
        return "#" * _scaled(count, most, room)
    whole, part = divmod(_scaled(count, most, room * 8), 8)
    return EIGHTHS[8] * whole + (EIGHTHS[part] if part else "")


def bar_at(picture: Picture, width: int, x: int, y: int) -> int | None:
    """Return the index of the bar at a cell of a drawn chart; None if there is none."""
    if not picture.bars or not picture.total or y < 1:
        return None
    if picture.chart.shape is Shape.COLUMNS:
        place = (x - MARK) // _pitch(picture.bars, width)
        return place if x >= MARK and place < len(picture.bars) else None
    return y - 1 if y <= len(picture.bars) else None


def _pitch(bars: Sequence[Bar], width: int) -> int:
    """Return the cells from one column to the next."""
    return min(max((width - MARK) // len(bars), LEAST_PITCH), MOST_PITCH)


def _columns(picture: Picture, bars: Sequence[Bar], width: int, rising: int) -> list[Line]:
    pitch = _pitch(bars, width)
    thick, most = max(pitch - 1, 1), max(bar.count for bar in bars)
    lines: list[Line] = []
    for row in range(rising - 1, -1, -1):
        cells: Line = [Piece(" " * MARK)]
        for place, bar in enumerate(bars):
            block = _block(bar.count, most, rising, row, is_plain=picture.is_plain)
            cells += _cell(block * thick, pitch, Look.BAR, at_cursor=place == picture.cursor)
        lines.append(cells)
    numbers = [_short(bar.count) for bar in bars]
    fit = all(cell_len(text) <= thick for text in numbers)
    texts = numbers if fit else [""] * len(bars)
    ticks = [
        shown(bar.tick) if thick >= 2 or place % 3 == 0 else "" for place, bar in enumerate(bars)
    ]
    lines.append(_row(picture, texts, pitch, Look.NUMBER))
    lines.append(_row(picture, ticks, pitch, Look.MUTED, points=True))
    return lines


def _row(
    picture: Picture, texts: Sequence[str], pitch: int, look: Look, *, points: bool = False
) -> Line:
    """Return a line below the columns; where it `points`, with the mark of the cursor."""
    cells: Line = [Piece(" " * MARK)]
    for place, text in enumerate(texts):
        here = place == picture.cursor
        if here and points:
            mark = "^" if picture.is_plain else "▲"
            cells.append(Piece(fitted(mark, pitch), Look.NUMBER))
        elif points and pitch == LEAST_PITCH:
            cells.append(Piece(fitted(text, pitch), look))
        else:
            cells += _cell(text, pitch, look, at_cursor=here and not points)
    return cells


def _cell(text: str, pitch: int, look: Look, *, at_cursor: bool = False) -> Line:
    """Return one column's part of a line, with a gap behind it."""
    return [Piece(fitted(text, pitch - 1), look, at_cursor), Piece(" ")]


def _block(count: int, most: int, rising: int, row: int, *, is_plain: bool) -> str:
    """Return what one line of a column is filled with; line 0 is the lowest."""
    if is_plain:
        return "#" if _scaled(count, most, rising) > row else " "
    return RISING[min(max(_scaled(count, most, rising * 8) - row * 8, 0), 8)]


def _scaled(count: int, most: int, steps: int) -> int:
    """Return `count` in steps, where `most` has all; at least one step if it is not zero."""
    return max(round(count * steps / most), 1) if count and most else 0


def _short(count: int) -> str:
    """Return a number in three or four cells: 999, 12k, 3M."""
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= size:
            return f"{count // size}{unit}"
    return str(count)


def _mark(picture: Picture, *, here: bool) -> str:
    if not here:
        return " " * MARK
    return "> " if picture.is_plain else "▌ "
