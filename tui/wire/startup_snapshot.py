"""The last picture of the previous run: stored in a file, and shown until the book is open.

The file holds text and looks only, no other escape sequences.
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
"""Sets the modes that frames expect: no scroll region, rows counted from the top of the screen, no
line wrap, no cursor, and the ASCII character set."""

TO_ALTERNATE, TO_USUAL = "\x1b[?1049h", "\x1b[?1049l\x1b[?25h"
"""Switches to the alternate screen; switches back and shows the cursor."""
_STDIN = 0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_FORMAT = 1
_Cells = Annotated[int, range(1, 1_001)]
"""A number of columns or rows."""
_Place = Annotated[int, range(1_000)]
_MOST_LETTERS = 16
"""The most code points of one cell, with marks and joiners."""
_LOOK = re.compile(r"([0-9]{0,3};){0,31}[0-9]{0,3}")


class Run(NamedTuple):
    """Text in one look."""

    column: _Place
    """The first column, from 0."""
    look: Annotated[str, _LOOK]
    """SGR parameters after a reset; empty for plain text."""
    text: str


class KeptPicture(NamedTuple):
    """The content of a terminal's screen."""

    size: tuple[int, int]
    """Columns and rows."""
    rows: Sequence[Sequence[Run]]
    note_row: int
    """The row of the status line, which shows the picture's age instead."""
    screen: str
    """The name of the main screen in the picture."""
    scope: str
    """The selector's key of the account in the picture."""
    at: int
    """When the picture was taken, in milliseconds since 1970 UTC."""

    def pieces(self, note: str) -> list[str]:
        """Return the rows as Textual would write them, with `note` as the status line."""
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
    """The content of the file: the picture, and the circumstances in which it was taken."""

    format: int
    circumstances: dict[str, object]
    size: tuple[_Cells, _Cells]
    rows: list[list[Run]]
    note_row: _Place
    screen: str
    scope: str
    at: Annotated[int, range(2**43)]


class PictureFile:
    """The file of the picture; a picture is loaded only in the circumstances of its saving."""

    def __init__(self, file: Path, circumstances: Mapping[str, object]) -> None:
        self._file = file
        self.circumstances = dict(circumstances)

    def save(self, picture: KeptPicture) -> None:
        """Write the picture; after a failure the next start only shows no picture."""
        content = {"format": _FORMAT, "circumstances": self.circumstances, **picture._asdict()}
        try:
            own_files.write(self._file, content)
        except OSError:
            return

    def load(self) -> KeptPicture | None:
        """Return the picture; None if it was taken in other circumstances.

        Also return None if the file is missing or damaged, or contains other escape sequences than
        looks. The next picture replaces such a file, unless it is not a regular file
        (`models.core.own_files`).
        """
        try:
            file = own_files.load(self._file, _Content)
        except (OSError, DamagedError):
            return None
        if file is None or (file.format, file.circumstances) != (_FORMAT, self.circumstances):
            return None
        width, height = file.size
        if len(file.rows) != height or file.note_row >= height:
            return None
        if not all(_is_safe(run, width) for row in file.rows for run in row):
            return None
        return KeptPicture(file.size, file.rows, file.note_row, file.screen, file.scope, file.at)


def runs_of(texts: Sequence[str], looks: Sequence[str], jumps: set[int]) -> list[Run]:
    """Return the cells of a row as runs; a run also begins at each column in `jumps`."""
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
    """Return whether a run fits into its row and contains no control characters."""
    room = width - run.column
    return room > 0 and len(run.text) <= _MOST_LETTERS * room and shown(run.text) == run.text


class Standing:
    """Shows a picture with its age on the terminal, until the driver takes the terminal over.

    Keys typed meanwhile are not echoed; the console reads them later. Ctrl-C ends the program at
    once: nothing has begun that could be lost.
    """

    def __init__(self, picture: KeptPicture, at: datetime) -> None:
        self.size = picture.size
        self.pieces = picture.pieces(
            _("As it was {age}. Opening the book …").format(age=age(from_millis(picture.at), at))
        )
        """The rows of the picture, as Textual would have written them."""
        self.is_whole = True
        """Whether the terminal still shows the picture as painted."""
        self.usual: list[Any] = []
        """The terminal's original attributes (termios)."""
        self._is_ours = True

    def __enter__(self) -> Self:
        self.usual = keep_keys(_STDIN)
        for number in _SIGNALS:
            signal.signal(number, self._leave)
        signal.signal(signal.SIGWINCH, self._resized)
        _write(TO_ALTERNATE + AS_AGREED + "\x1b[2J" + "".join(self.pieces))
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_ours:
            self._restore()

    def hand_over(self) -> list[Any]:
        """Give up the terminal and return the attributes that the new owner has to restore."""
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


def keep_keys(terminal: int) -> list[Any]:
    """Let a terminal keep what is typed for who reads it later; only Ctrl-C has its usual effect.

    Returns:
        the terminal's attributes before (termios).
    """
    import termios

    usual = termios.tcgetattr(terminal)
    waiting = termios.tcgetattr(terminal)
    waiting[0] &= ~(termios.IXON | termios.ICRNL)  # as the driver will set them
    waiting[3] &= ~(termios.ECHO | termios.ICANON)
    waiting[6][termios.VSUSP] = waiting[6][termios.VQUIT] = b"\0"
    termios.tcsetattr(terminal, termios.TCSANOW, waiting)
    return usual


def _write(text: str) -> None:
    terminal = sys.__stderr__  # where Textual's driver writes
    if terminal is not None:
        terminal.write(text)
        terminal.flush()
