"""Parse a frame that Textual wrote into the rows that it changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from partnerdesk.tui.wire.styles import UnknownSequenceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.tui.wire.cells import Widths
    from partnerdesk.tui.wire.rows import Row
    from partnerdesk.tui.wire.styles import Look, Looks

MOST_PIECES = 8
"""The largest number of pieces of one row that are cached unparsed."""

_CURSOR = re.compile(r"\x1b\[(\d+);(\d+)H")
_TOKEN = re.compile(
    r"([^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[([0-9;]*)m"
    r"|\x1b\[(\d+);(\d+)H"
    r"|\x1b\]8;[^;\x00-\x1f\x7f]*;([^\x00-\x1f\x7f]*)(?:\x1b\\|\a)"
)
_TEXT, _LOOK, _PLACE = 1, 2, 4

Pieces = list[dict[int, str]]
"""For each row, the pieces that the row still shows unchanged, by their first column."""


def is_frame(data: str) -> bool:
    """Return whether `data` begins with a cursor position, as all frames do."""
    return _CURSOR.match(data.lstrip("\n")) is not None


class Reading:
    """Parses one frame: rows that begin with a cursor position, then the cursor's final place."""

    def __init__(self, rows: Sequence[Row], pieces: Pieces, looks: Looks, widths: Widths) -> None:
        self._rows = rows
        self._pieces = pieces
        self._looks = looks
        self._widths = widths
        self._look = looks.plain
        self.changed: dict[int, Row] = {}
        """The new content of the rows that change, by row number."""

    def read(self, frame: str) -> tuple[int, int]:
        """Read the whole frame and return the final row and column of the cursor.

        Raises:
            UnknownSequenceError: the frame contains a sequence that this parser does not know.
        """
        end = frame.rfind("\x1b[")
        cursor = _CURSOR.fullmatch(frame, max(end, 0))
        if cursor is None:
            raise UnknownSequenceError("no cursor at the end")
        for piece in frame[:end].split("\n"):
            if piece:  # a line feed only ends a row; the next row begins with its position
                self._read_piece(piece)
        if self._look is not self._looks.plain:
            raise UnknownSequenceError("a look without an end")
        return self._place(cursor)

    def _place(self, match: re.Match[str]) -> tuple[int, int]:
        last = match.lastindex or 0
        row, column = int(match[last - 1]) - 1, int(match[last]) - 1
        if not (0 <= row < len(self._rows) and 0 <= column < len(self._rows[0].texts)):
            raise UnknownSequenceError("outside of the screen")
        return row, column

    def _read_piece(self, piece: str) -> None:
        head = _CURSOR.match(piece)
        if head is None:
            raise UnknownSequenceError("a row without its place")
        row, column = self._place(head)
        content = piece[head.end() :]
        known = self._pieces[row]
        begins_plain = self._look is self._looks.plain
        if begins_plain and known.get(column) == content:
            return
        old = self.changed.get(row, self._rows[row])
        new = old.copy()
        self._write(new, row, column, content)
        if new.texts != old.texts or new.looks != old.looks:
            self.changed[row] = new
            known.clear()
        elif len(known) >= MOST_PIECES:
            known.clear()
        if begins_plain and self._look is self._looks.plain:
            known[column] = content

    def _write(self, new: Row, row: int, column: int, content: str) -> None:
        """Write the content of a piece into the row `new`."""
        position, are_sure = 0, new.unsure == len(new.texts)
        for token in _TOKEN.finditer(content):
            if token.start() != position:
                break
            position = token.end()
            if token.lastindex == _TEXT:
                cells = self._widths.cells_of(token[1])
                are_sure = are_sure and cells.are_sure
                new.put(column, cells, self._look)
                column += len(cells.texts)
            elif token.lastindex == _PLACE:
                place, column = self._place(token)
                if place != row:
                    raise UnknownSequenceError("two rows in one")
            else:
                self._look = self._next_look(token)
        if position != len(content):
            raise UnknownSequenceError(content[position : position + 8])
        if not are_sure:
            new.unsure = self._widths.first_unsure(new.texts)

    def _next_look(self, token: re.Match[str]) -> Look:
        if token.lastindex == _LOOK:
            return self._looks.after(self._look, token[2])
        return self._looks.linked(self._look, token[5])
