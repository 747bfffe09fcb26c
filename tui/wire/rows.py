"""One row of the screen: what stands in its cells, and how they look."""

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
        """The first cell of uncertain width; what follows may stand in other columns."""

    @classmethod
    def of(cls, text: str, look: Look, width: int) -> Row:
        """Return a row full of one character."""
        return cls([text] * width, [look] * width, width)

    def copy(self) -> Row:
        """Return a row that can be changed."""
        return Row(self.texts[:], self.looks[:], self.unsure)

    def put(self, column: int, cells: Cells, look: Look) -> None:
        """Write cells; where a wide character is written over in part, its rest is blank.

        Raises:
            UnknownSequenceError: there is no room for them all, or marks have nothing to stand on;
                terminals differ in what they do then.
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
        """Add marks of no width to the cell before."""
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
