"""Write the shortest escape sequences that turn the old rows of the screen into the new ones."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from partnerdesk.tui.wire.cells import RIGHT_HALF, UNKNOWN
from partnerdesk.tui.wire.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from partnerdesk.tui.wire.cells import Widths
    from partnerdesk.tui.wire.styles import Look, Looks

BRIDGE = 4
"""Up to this many unchanged cells are written again: moving the cursor takes as many bytes."""
TAIL = 4
"""The fewest blanks at the end of a row that are erased instead of written."""
GAP = 12
"""The fewest blanks within a row that are erased instead of written."""

_BLANKS = re.compile(f" {{{TAIL},}}")


class Abilities(NamedTuple):
    """Abilities that not every terminal has."""

    erases_in_colour: bool = False
    """Whether erased cells take the current background (terminfo bce)."""
    erases_inside: bool = False
    """Whether the terminal can erase cells within a row (terminfo ech)."""


class Output:
    """The output of one frame, with the cursor position and the look that it leads to."""

    def __init__(
        self, looks: Looks, widths: Widths, abilities: Abilities, look: Look | None
    ) -> None:
        """Begin in the terminal's current `look`; None if unknown."""
        self._looks = looks
        self._widths = widths
        self._abilities = abilities
        self._look = look
        self._at: tuple[int, int] | None = None
        self._parts: list[str] = []

    def __str__(self) -> str:
        return "".join(self._parts)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet."""
        return not self._parts

    def scroll(self, top: int, bottom: int, by: int) -> None:
        """Scroll the rows `top` to `bottom` up by `by` rows; down if `by` is negative."""
        self._take_look(self._looks.plain)
        lines = f"{by}M" if by > 0 else f"{-by}L"
        self._parts.append(f"\x1b[{top + 1};{bottom + 1}r\x1b[{top + 1}H\x1b[{lines}\x1b[r")
        self._at = None

    def end(self, cursor: tuple[int, int]) -> None:
        """Reset the look and put the cursor at its final position."""
        self._take_look(self._looks.plain)
        self._move(*cursor)

    def row(self, number: int, old: Row, new: Row) -> None:
        """Write the escape sequences that turn row `old` into `new`."""
        same = new.same(old)
        if False not in same:
            return
        unsure = min(old.unsure, new.unsure)
        if unsure < len(same) and UNKNOWN not in new.texts:
            same = new.same(self._cleared(number, unsure, old, new))
        erased = dict(self._erasable(new, same))
        jumps = self._widths.ends_of_unsure(new.texts, new.unsure)
        column = 0
        # The halves of a wide character are equal or differ together, so it is written whole.
        while (column := _find(same, column)) < len(same):
            if column in erased:
                column = self._erase(number, new, column, erased[column])
            else:
                end = self._text_end(new, same, column, erased.keys() | jumps)
                self._write(number, new, column, end)
                if end in jumps:
                    self._at = None  # terminals may differ in the column that they have reached
                column = end

    # Erasing

    def _cleared(self, number: int, column: int, old: Row, new: Row) -> Row:
        """Erase a row from `column` on, so that cells of uncertain width leave nothing stale."""
        look = new.looks[column].blank
        look = look if self._can_erase(look) else self._looks.plain
        self._move(number, column)
        self._take_look(look)
        self._parts.append("\x1b[K")
        count = len(old.texts) - column
        looks = [*old.looks[:column], *[look] * count]
        return Row([*old.texts[:column], *" " * count], looks, column)

    def _can_erase(self, look: Look) -> bool:
        return look.is_bare and (self._abilities.erases_in_colour or not look.background)

    def _erasable(self, new: Row, same: list[bool]) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each run of blanks that is shorter to erase than to write."""
        width = len(same)
        line = "".join(new.texts)
        if len(line) != width:
            line = "".join(text[:1] or UNKNOWN for text in new.texts)
        for blanks in _BLANKS.finditer(line):
            start = blanks.start()
            for look, cells in groupby(new.looks[start : blanks.end()], lambda look: look.blank):
                first, start = start, start + len(list(cells))
                last = start
                while first < last and same[first]:
                    first += 1
                while first < last and same[last - 1]:
                    last -= 1
                if first == last or not self._can_erase(look):
                    continue
                if start == width and width - first >= TAIL:
                    yield first, width
                elif self._abilities.erases_inside and last - first >= GAP:
                    yield first, last

    def _erase(self, number: int, new: Row, column: int, end: int) -> int:
        self._move(number, column)
        if not self._fits(new, column):
            self._take_look(new.looks[column].blank)
        self._parts.append("\x1b[K" if end == len(new.texts) else f"\x1b[{end - column}X")
        return end

    # Writing

    def _text_end(self, new: Row, same: list[bool], column: int, stops: Set[int]) -> int:
        """Return the end of the cells from `column` on that one look can write."""
        texts, looks = new.texts, new.looks
        look = self._look if self._look and _fit(new, column, self._look) else looks[column]
        limit = min((stop for stop in stops if stop > column), default=len(same))
        end = column + 1
        while end < limit:
            text, own = texts[end], looks[end]
            if text != RIGHT_HALF and (
                same[end] or not (own is look or (text == " " and own.blank is look.blank))
            ):
                break
            end += 1
        return end

    def _write(self, number: int, new: Row, column: int, end: int) -> None:
        bridge = self._bridge(number, new, column)
        if bridge:
            self._parts.append(bridge)
        else:
            self._move(number, column)
        if not self._fits(new, column):
            self._take_look(new.looks[column])
        self._parts.append("".join(new.texts[column:end]))
        # At the right edge, terminals differ in the cursor's position.
        self._at = (number, end) if end < len(new.texts) else None

    def _bridge(self, number: int, new: Row, column: int) -> str:
        """Return the text between the cursor and a cell if that is shorter than a cursor move."""
        if self._at is None or self._at[0] != number:
            return ""
        start = self._at[1]
        if not 0 < column - start <= BRIDGE or column > new.unsure:
            return ""
        between = new.texts[start:column]
        if UNKNOWN in between or not all(self._fits(new, cell) for cell in range(start, column)):
            return ""
        return "".join(between)

    def _fits(self, new: Row, column: int) -> bool:
        """Return whether a cell can be written in the current look."""
        return _fit(new, column, self._look)

    def _take_look(self, look: Look) -> None:
        if look is not self._look:
            self._parts.append(self._looks.change(self._look, look))
            self._look = look

    def _move(self, row: int, column: int) -> None:
        """Move the cursor to a cell by the shortest sequence that every terminal knows."""
        if self._at == (row, column):
            return
        ways = [f"\x1b[{row + 1};{column + 1}H" if column else f"\x1b[{row + 1}H"]
        if self._at is not None and self._at[0] == row:
            by = column - self._at[1]
            ways.append(f"\x1b[{by}C" if by > 0 else f"\x1b[{-by}D")
            ways.append(f"\x1b[{column + 1}G" if column else "\r")
        self._parts.append(min(ways, key=len))
        self._at = row, column


def _find(same: list[bool], column: int) -> int:
    try:
        return same.index(False, column)
    except ValueError:
        return len(same)


def _fit(row: Row, column: int, look: Look | None) -> bool:
    own = row.looks[column]
    return own is look or (
        row.texts[column] == " " and look is not None and own.blank is look.blank
    )
