"""A copy of what the terminal shows, and the output that a new frame needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.tui.wire.cells import UNKNOWN, Widths
from partnerdesk.tui.wire.frame_parser import Reading
from partnerdesk.tui.wire.frame_writer import Abilities, Output
from partnerdesk.tui.wire.rows import Row
from partnerdesk.tui.wire.scrolling import moved
from partnerdesk.tui.wire.startup_snapshot import AS_AGREED, Run, runs_of
from partnerdesk.tui.wire.styles import Looks, UnknownSequenceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerdesk.tui.wire.frame_parser import Pieces
    from partnerdesk.tui.wire.scrolling import Move
    from partnerdesk.tui.wire.styles import Look

_CLEAR = "\x1b[m\x1b[2J"


class Picture:
    """The cells of the terminal as Textual painted them; a frame is reduced to the differences."""

    def __init__(
        self, abilities: Callable[[], Abilities] = Abilities, *, ambiguous_may_be_wide: bool = False
    ) -> None:
        """Begin with unknown cells; `abilities` is called from the second frame on."""
        self._abilities = abilities
        self._widths = Widths(ambiguous_may_be_wide=ambiguous_may_be_wide)
        self._looks = Looks()
        self._rows: list[Row] = []
        self._pieces: Pieces = []
        self._size = (0, 0)
        self._cursor: tuple[int, int] | None = None
        self._look: Look | None = None
        """The look in which the terminal writes; None if unknown."""
        self._preface = ""
        self._is_first = True
        self._is_forgotten = True
        self._is_to_clear = False

    def forget(self) -> None:
        """Send the next frame whole, because the terminal may show something else.

        May be called from a signal handler and from another thread.
        """
        self._is_forgotten = True

    def repair(self) -> None:
        """Clear the screen and send the next frame whole."""
        self._is_to_clear = True
        self._is_forgotten = True

    def sent(self, frame: str, width: int, height: int) -> str:
        """Return the output for a frame of a screen of this size, and store what it shows.

        A frame with an unknown sequence is returned unchanged.
        """
        if self._is_forgotten or (width, height) != self._size:
            self._is_forgotten = False
            self._begin(width, height)
        reading = Reading(self._rows, self._pieces, self._looks, self._widths)
        try:
            cursor = reading.read(frame)
        except UnknownSequenceError:
            self.forget()
            return frame
        output = self._output(reading.changed, cursor)
        return frame if self._is_forgotten else output  # forget() was called meanwhile

    def taken(self) -> tuple[tuple[int, int], list[list[Run]]] | None:
        """Return the size and the rows without links; None if a cell is unknown."""
        if self._is_forgotten or any(UNKNOWN in row.texts for row in self._rows):
            return None
        rows = [
            runs_of(
                row.texts,
                [look.parameters for look in row.looks],
                self._widths.ends_of_unsure(row.texts, row.unsure),
            )
            for row in self._rows
        ]
        return self._size, rows

    def take_over(self, pieces: list[str], width: int, height: int) -> None:
        """Store what the terminal shows after other code has painted `pieces`."""
        self.forget()
        self.sent("\n".join(pieces) + "\x1b[1;1H", width, height)
        self._cursor = self._look = None

    def _begin(self, width: int, height: int) -> None:
        if self._looks.are_many:
            self._looks = Looks()
        plain = self._looks.plain
        self._rows = [Row.of(UNKNOWN, plain, width) for _ in range(height)]
        self._pieces = [{} for _ in range(height)]
        self._size = (width, height)
        self._cursor = self._look = None
        self._preface = AS_AGREED + (_CLEAR if self._is_to_clear else "")
        self._is_to_clear = False

    def _output(self, changed: dict[int, Row], cursor: tuple[int, int]) -> str:
        abilities = Abilities() if self._is_first else self._abilities()
        output = Output(self._looks, self._widths, abilities, self._look)
        move = moved(self._rows, changed)
        if move is not None:
            output.scroll(*move)
            self._follow(move, changed)
        for number in sorted(changed):
            output.row(number, self._rows[number], changed[number])
            self._rows[number] = changed[number]
        if output.is_empty and cursor == self._cursor:
            return ""
        output.end(cursor)
        preface, self._preface = self._preface, ""
        self._cursor, self._look = cursor, self._looks.plain
        self._is_first = False
        return preface + str(output)

    def _follow(self, move: Move, changed: dict[int, Row]) -> None:
        """Scroll the stored rows as the terminal does, and have the whole region compared."""
        shown = self._rows
        top, bottom, by = move
        region = range(top, bottom + 1)
        blank = Row.of(" ", self._looks.plain, self._size[0])
        self._rows = shown.copy()
        for number in region:
            changed.setdefault(number, shown[number])
            source = number + by
            self._rows[number] = shown[source] if source in region else blank
