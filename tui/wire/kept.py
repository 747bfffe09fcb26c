"""The picture in which the console was left: kept as text and looks, and never anything else."""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from models import paths
from models.plain import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

AS_AGREED = "\x1b[r\x1b[?6l\x1b[?7l\x1b[?25l\x1b(B\x0f"
"""What else a terminal needs to show frames: no scroll region, rows counted from its top, no line
wrap, no cursor, and letters that are letters."""

_FORMAT = 1
_MOST_CELLS = 1_000
"""No terminal has more columns or rows."""
_LOOK = re.compile(r"[0-9;]*")


class Run(NamedTuple):
    """Text in one look."""

    column: int
    """Where it begins, from 0."""
    look: str
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


class PictureFile:
    """Where the picture is kept, and under which circumstances it may be shown again."""

    def __init__(self, file: Path, circumstances: Mapping[str, object]) -> None:
        self._file = file
        self._circumstances = circumstances

    def save(self, picture: KeptPicture) -> None:
        """Write it whole; where that cannot be, only the next start shows nothing at once."""
        kept = {"format": _FORMAT, "circumstances": self._circumstances, **picture._asdict()}
        try:
            paths.private_folder(self._file.parent)
            with paths.written_whole(self._file) as out:
                out.write(json.dumps(kept, ensure_ascii=False).encode())
        except (OSError, UnicodeError):
            return

    def load(self) -> KeptPicture | None:
        """Return the picture, if it was taken under the same circumstances.

        A file that is missing or damaged, or holds what is neither text nor a look, is none.
        """
        try:
            kept: dict[str, Any] = json.loads(self._file.read_bytes())
            if kept["format"] != _FORMAT or kept["circumstances"] != self._circumstances:
                return None
            width, height = map(int, kept["size"])
            rows = [[_run(width, *run) for run in row] for row in kept["rows"]]
            note_row, at = int(kept["note_row"]), int(kept["at"]) % 2**43
            fits = len(rows) == height and 0 <= note_row < height
            if not fits or not 0 < max(width, height) <= _MOST_CELLS:
                return None
            screen, scope = str(kept["screen"]), str(kept["scope"])
            return KeptPicture((width, height), rows, note_row, screen, scope, at)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None


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


def _run(width: int, column: Any, look: Any, text: Any) -> Run:
    """Return a run as it was kept.

    Raises:
        ValueError: it is none, or could do more to a terminal than write letters into its row.
    """
    run = Run(int(column), str(look), str(text))
    is_safe = _LOOK.fullmatch(run.look) and shown(run.text) == run.text
    if not is_safe or not 0 <= run.column < width:
        raise ValueError(run)
    return run
