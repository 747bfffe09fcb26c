"""The lines of a page of fields: wrapped, toned, and in one column or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from partnerdesk.models.core.text import shown_lines
from partnerdesk.models.lists.tones import SIGNS
from partnerdesk.tui.widgets.page_search import parted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partnerdesk.models.lists.tones import Tone, Toned
    from partnerdesk.tui.widgets.sections import Field

BETWEEN = 2
"""Cells between two columns."""


class Span(NamedTuple):
    """The offsets of a piece of a paragraph, and its tone."""

    start: int
    end: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page."""

    label: str
    text: str
    field: int
    """The index of the line's field; -1 for headings and blank lines."""
    heading: bool = False
    paragraph: str = ""
    """The whole text before wrapping."""
    start: int = 0
    """The offset of the line in the paragraph."""
    part: int = 0
    """The index of the line in the paragraph, from 0."""
    spans: tuple[Span, ...] = ()
    """The pieces of the paragraph with a tone."""
    is_missing: bool = False
    """Whether the field is empty."""


def field_lines(field: Field, number: int, labels: list[str], room: int) -> Iterator[Line]:
    """Yield the lines of a field: its labels, and its text wrapped to `room` cells beside them."""
    labels, left = [*labels], [*field.toned]
    texts = shown_lines(field.text)
    for text in texts or ["–"]:
        paragraph, spans = _toned(text, left)
        for part, (start, line) in enumerate(parted(paragraph, room)):
            label = labels.pop(0) if labels else ""
            yield Line(label, line, number, False, paragraph, start, part, spans, not texts)
    for label in labels:
        yield Line(label, "", number)


def _toned(text: str, left: list[Toned]) -> tuple[str, tuple[Span, ...]]:
    """Return a text with the signs of its states, and where its pieces with a tone stand.

    Pieces that are found are taken out of `left`.
    """
    spans, place = [], 0
    while left and (start := text.find(left[0].text, place)) >= 0:
        piece = left.pop(0)
        sign = f"{SIGNS[piece.tone]} " if piece.has_sign else ""
        text = text[:start] + sign + text[start:]
        place = start + len(sign) + len(piece.text)
        spans.append(Span(start, place, piece.tone))
    return text, tuple(spans)


@dataclass(frozen=True, slots=True)
class Columns:
    """How lines stand on a page: one below the other, or in two columns of the same width."""

    lines: Sequence[Line]
    """In the order of reading."""
    split: int
    """The number of lines in the first column; all of them if there is only one."""
    width: int
    """The width of a column, in cells."""

    @property
    def count(self) -> int:
        """The number of columns."""
        return 2 if self.split < len(self.lines) else 1

    @property
    def height(self) -> int:
        """The number of rows."""
        return max(self.split, len(self.lines) - self.split)

    def row_of(self, place: int) -> int:
        """Return the row in which a line stands."""
        return place if place < self.split else place - self.split

    def column_of(self, place: int) -> int:
        """Return the column in which a line stands: 0 or 1."""
        return int(place >= self.split)

    def left_of(self, column: int) -> int:
        """Return the first cell of a column."""
        return column * (self.width + BETWEEN)

    def column_at(self, x: int) -> int:
        """Return the column in which a cell stands."""
        return int(self.count == 2 and x >= self.left_of(1))

    def places(self, column: int, top: int, height: int) -> range:
        """Return the lines of a column in some rows."""
        first, last = (0, self.split) if column == 0 else (self.split, len(self.lines))
        return range(min(first + top, last), min(first + top + height, last))

    def at(self, row: int) -> list[int | None]:
        """Return the lines in a row, one for each column; None below the end of a column."""
        found = (self.places(column, row, 1) for column in range(self.count))
        return [next(iter(places), None) for places in found]


def balanced(lines: Sequence[Line]) -> int:
    """Return after how many lines a second column makes the page lowest: before a heading."""
    headings = [place for place, line in enumerate(lines) if line.heading and place]
    return min(headings, key=lambda place: max(place - 1, len(lines) - place), default=len(lines))
