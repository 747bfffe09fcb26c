"""Merged cells of a sheet: what stands in one that goes down over several rows counts for each.

A spreadsheet keeps the text of a merged cell in its first row and first column only. Downwards it
says something of each row (a company over its three relationships). Across it does not: there it
is a title or a total, which stays in its first column.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Range = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell of a merged one: row and column, from 0."""

_NAME = b"mergeCells"
_BEGIN = re.compile(rb"<((?:[\w.-]+:)?)mergeCells\b[^>]*?(/?)>")
_LONGEST_BEGIN = 1_000


def merged_xml(blocks: Iterable[bytes], most: int) -> bytes:
    """Return the element in which the XML of a sheet names its merged cells; empty without one.

    Args:
        blocks: the XML; no more of it is kept than is needed.
        most: bytes that the element may have.

    Raises:
        ValueError: it has more, or no end.
    """
    rest, end = b"", b""
    for block in blocks:
        rest += block
        if not end:
            begin = _BEGIN.search(rest) if _NAME in rest else None
            if begin is None:
                rest = rest[-_LONGEST_BEGIN:]
                continue
            if begin[2]:
                return b""
            rest, end = rest[begin.start() :], b"</%smergeCells" % begin[1]
        if (place := rest.find(end)) >= 0:
            return rest[:place] + end + b">"
        if len(rest) > most:
            break
    if end:
        raise ValueError("the merged cells have no end")
    return b""


class MergedCells:
    """The merged cells of a sheet that is read row by row."""

    def __init__(self, ranges: Iterable[Range]) -> None:
        downwards = {
            (top, bottom, column) for (top, column), (bottom, _right) in ranges if bottom > top
        }
        self._waiting = sorted(downwards, reverse=True)
        """First row, last row and column of those that come yet, the next one at the end."""
        self._open: dict[int, tuple[int, str]] = {}
        """By column, until which row a text counts."""

    def fill(self, row: int, left: int, texts: list[str]) -> tuple[int, list[str], bool]:
        """Return where a row begins and its texts, with those of merged cells; and if there were.

        A cell with a text of its own keeps it, and a blank row stays blank.

        Args:
            row: its number, from 0; never smaller than the one before.
            left: the column of the first text, from 0.
            texts: what its cells say.
        """
        while self._waiting and self._waiting[-1][0] <= row:
            top, bottom, column = self._waiting.pop()
            place = column - left
            if top == row and 0 <= place < len(texts) and texts[place].strip():
                self._open[column] = (bottom, texts[place])
        if not self._open or not "".join(texts).strip():
            return left, texts, False
        is_filled = False
        for column, (bottom, text) in list(self._open.items()):
            if row > bottom:
                del self._open[column]
                continue
            if column < left:
                texts, left = [""] * (left - column) + texts, column
            texts += [""] * (column - left + 1 - len(texts))
            if not texts[column - left].strip():
                texts[column - left], is_filled = text, True
        return left, texts, is_filled
