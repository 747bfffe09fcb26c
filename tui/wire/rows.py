"""One row of the screen: the texts and looks of its cells."""

from __future__ import annotations

from operator import eq
from typing import TYPE_CHECKING

from partnerdesk.tui.wire.cells import RIGHT_HALF, UNKNOWN
from partnerdesk.tui.wire.styles import UnknownSequenceError

if TYPE_CHECKING:
    from partnerdesk.tui.wire.cells import Cells
    from partnerdesk.tui.wire.styles import Look


class Row:
    """The cells of one row."""

    __slots__ = ("looks", "texts", "unsure")

    def __init__(self, texts: list[str], looks: list[Look], unsure: int) -> None:
        self.texts = texts
        self.looks = looks
        self.unsure = unsure
        """The column of the first cell of uncertain width; later cells may be shifted."""

    @classmethod
    def of(cls, text: str, look: Look, width: int) -> Row:
        """Return a row full of one character."""
        return cls([text] * width, [look] * width, width)

    def copy(self) -> Row:
        """Return a copy to change."""
        return Row(self.texts[:], self.looks[:], self.unsure)

    def put(self, column: int, cells: Cells, look: Look) -> None:
        """Write cells; the other half of a wide character that is overwritten becomes blank.

        Raises:
            UnknownSequenceError: the cells go beyond the edge, or marks have no cell to join;
                terminals differ in both cases.
        """
        if cells.lead:
            self._add_marks(column, cells.lead)
        count = len(cells.texts)
        end = column + count
        if not count:
            return
        if end > len(self.texts):
            raise UnknownSequenceError("beyond the edge")
        if self.texts[column] == RIGHT_HALF:
            self.texts[column - 1] = " "
        self.texts[column:end] = cells.texts
        self.looks[column:end] = [look] * count
        if end < len(self.texts) and self.texts[end] == RIGHT_HALF:
            self.texts[end] = " "

    def _add_marks(self, column: int, marks: str) -> None:
        """Add marks of width zero to the preceding cell."""
        before = column - 1
        while before > 0 and self.texts[before] == RIGHT_HALF:
            before -= 1
        if before < 0 or self.texts[before] == UNKNOWN:
            raise UnknownSequenceError("a mark on nothing")
        self.texts[before] += marks

    def same(self, other: Row) -> list[bool]:
        """Return for each cell whether it looks the same in the other row."""
        if self.looks == other.looks:
            return list(map(eq, self.texts, other.texts))
        return [
            text == its and (look is its_look or (text == " " and look.blank is its_look.blank))
            for text, its, look, its_look in zip(
                self.texts, other.texts, self.looks, other.looks, strict=True
            )
        ]
