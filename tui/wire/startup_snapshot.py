"""The picture in which the console was left: kept, and shown until the book is open.

It is kept as text and looks, and never as anything else.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Self

from partnerdesk.models.core import own_files
from partnerdesk.models.core.clock import age, from_millis
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.typed import DamagedError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import FrameType

AS_AGREED = "\x1b[r\x1b[?6l\x1b[?7l\x1b[?25l\x1b(B\x0f"
"""What else a terminal needs to show frames: no scroll region, rows counted from its top, no line
wrap, no cursor, and letters that are letters."""

TO_ALTERNATE, TO_USUAL = "\x1b[?1049h", "\x1b[?1049l\x1b[?25h"
"""To the screen of full-screen programs, and back from it with the cursor."""
_STDIN = 0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FORMAT = 1
_Cells = Annotated[int, range(1, 1_001)]
"""How many columns or rows a terminal has."""
_Place = Annotated[int, range(1_000)]
_MOST_LETTERS = 16
"""Letters that share a cell at most, with their marks and joiners."""
_LOOK = re.compile(r"([0-9]{0,3};){0,31}[0-9]{0,3}")


class Run(NamedTuple):
    """Text in one look."""

    column: _Place
    """Where it begins, from 0."""
    look: Annotated[str, _LOOK]
    """SGR parameters after a reset, empty for plain text."""
    text: str


class KeptPicture(NamedTuple):
    """What a terminal showed."""

    size: tuple[int, int]
    """Columns and rows."""
    rows: Sequence[Sequence[Run]]
    note_row: int
    """The row of the status line, in whose place the picture's age is told."""
    screen: str
    """The main screen it shows."""
    scope: str
    """The account it shows, by the selector's key."""
    at: int
    """When it was taken, in milliseconds since 1970 UTC."""

    def pieces(self, note: str) -> list[str]:
        """Return the rows as Textual would write them, `note` in the place of the status line."""
        rows = list(self.rows)
        look = rows[self.note_row][0].look if rows[self.note_row] else ""
        width = self.size[0]
        rows[self.note_row] = [Run(0, look, f" {note}"[:width].ljust(width))]
        return [
            "".join(
                f"\x1b[{number};{run.column + 1}H\x1b[{run.look}m{run.text}\x1b[m" for run in row
            )
            for number, row in enumerate(rows, 1)
            if row
        ]


@dataclass(frozen=True)
class _Content:
    """What the file holds: the picture, and under which circumstances it was taken."""

    format: int
    circumstances: dict[str, object]
    size: tuple[_Cells, _Cells]
    rows: list[list[Run]]
    note_row: _Place
    screen: str
    scope: str
    at: Annotated[int, range(2**43)]


class PictureFile:
    """Where the picture is kept, and under which circumstances it may be shown again."""

    def __init__(self, file: Path, circumstances: Mapping[str, object]) -> None:
        self._file = file
        self._circumstances = circumstances

    def save(self, picture: KeptPicture) -> None:
        """Write it whole; where that cannot be, only the next start shows nothing at once."""
        kept = {"format": _FORMAT, "circumstances": self._circumstances, **picture._asdict()}
        try:
            own_files.write(self._file, kept)
        except OSError:
            return

    def load(self) -> KeptPicture | None:
        """Return the picture, if it was taken under the same circumstances.

        A file that is missing or damaged, or holds what is neither text nor a look, is none; the
        next picture takes its place, unless it is no regular file (`models.core.own_files`).
        """
        try:
            kept = own_files.load(self._file, _Content)
        except (OSError, DamagedError):
            return None
        if kept is None or (kept.format, kept.circumstances) != (_FORMAT, self._circumstances):
            return None
        width, height = kept.size
        if len(kept.rows) != height or kept.note_row >= height:
            return None
        if not all(_is_safe(run, width) for row in kept.rows for run in row):
            return None
        return KeptPicture(kept.size, kept.rows, kept.note_row, kept.screen, kept.scope, kept.at)


def runs_of(texts: Sequence[str], looks: Sequence[str], jumps: set[int]) -> list[Run]:
    """Return the cells of a row as runs; one begins at each of `jumps`, whatever its look is."""
    ends = [
        column
        for column in range(1, len(texts))
        if looks[column] != looks[column - 1] or column in jumps
    ]
    starts = [0, *ends]
    return [
        Run(start, looks[start], "".join(texts[start:end]))
        for start, end in zip(starts, chain(ends, [len(texts)]), strict=True)
    ]


def _is_safe(run: Run, width: int) -> bool:
    """Say whether all that a run can do to a terminal is to write letters into its row."""
    room = width - run.column
    return room > 0 and len(run.text) <= _MOST_LETTERS * room and shown(run.text) == run.text


class Standing:
    """A picture on the terminal, with its age; the driver takes the terminal over from it.

    Keys that are typed meanwhile are not shown and wait for the console. Ctrl-C ends it at once:
    nothing was begun yet that could be lost.
    """

    def __init__(self, picture: KeptPicture, at: datetime) -> None:
        self.size = picture.size
        self.pieces = picture.pieces(
            _("As it was {age}. Opening the book …").format(age=age(from_millis(picture.at), at))
        )
        """What stands there, row by row, as Textual would have written it."""
        self.is_whole = True
        """Whether it still stands as it was painted."""
        self.usual: list[Any] = []
        """The terminal's attributes as they were."""
        self._is_ours = True

    def __enter__(self) -> Self:
        import termios

        self.usual = termios.tcgetattr(_STDIN)
        waiting = termios.tcgetattr(_STDIN)
        waiting[0] &= ~(termios.IXON | termios.ICRNL)  # as the driver will want the keys
        waiting[3] &= ~(termios.ECHO | termios.ICANON)
        waiting[6][termios.VSUSP] = waiting[6][termios.VQUIT] = b"\0"
        termios.tcsetattr(_STDIN, termios.TCSANOW, waiting)
        for number in _SIGNALS:
            signal.signal(number, self._leave)
        signal.signal(signal.SIGWINCH, self._resized)
        _write(TO_ALTERNATE + AS_AGREED + "\x1b[2J" + "".join(self.pieces))
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_ours:
            self._restore()

    def hand_over(self) -> list[Any]:
        """Return the attributes with which the terminal is to be left by whom it is given to."""
        self._is_ours = False
        return self.usual

    def _restore(self) -> None:
        import termios

        termios.tcsetattr(_STDIN, termios.TCSANOW, self.usual)
        _write("\x1b[?7h" + TO_USUAL)

    def _leave(self, number: int, _frame: FrameType | None) -> None:
        self._restore()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _resized(self, _number: int, _frame: FrameType | None) -> None:
        self.is_whole = False


def _write(text: str) -> None:
    terminal = sys.__stderr__  # where Textual's driver writes
    if terminal is not None:
        terminal.write(text)
        terminal.flush()
