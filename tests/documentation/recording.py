"""Records sessions of the console, by keys in a real terminal, for the README and the guide.

Each session becomes an asciinema cast (format 2) with the bytes that the console sent, and an
animated SVG that needs no player. The pace is that of a person, whatever the machine's is; what the
machine works on for longer is told in its real time, which players of the cast and the SVG shorten.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from rich.cells import cell_len

from tests.support.terminal import DEADLINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.emulator import Cell
    from tests.support.terminal import Terminal

KEY_SECONDS = 0.12
"""How long the picture stays after a key of a text that is typed."""
LOOK_SECONDS = 1.6
"""How long it stays after the last key of a step."""
LONGEST_SECONDS = 3.0
"""How long a picture is shown at most, however long the machine worked."""
CELL_WIDTH, CELL_HEIGHT, MARGIN = 8.4, 18, 12
FOREGROUND, BACKGROUND = "#d8dee9", "#12161c"
PALETTE = {
    "black": "#1c2430", "red": "#ef6b73", "green": "#7fc97f", "brown": "#e6b450",
    "blue": "#5aa9e6", "magenta": "#d2a8ff", "cyan": "#56d4dd", "white": "#d8dee9",
}  # fmt: skip


class Step(NamedTuple):
    """Keys that are pressed one after the other, and what is then on the screen."""

    keys: Sequence[str]
    seen: str
    seconds: float = LOOK_SECONDS
    patience: float = DEADLINE
    """How many seconds the program may take."""


@dataclass(frozen=True)
class Frame:
    """The terminal after a key."""

    rows: tuple[tuple[Cell, ...], ...]
    seconds: float
    """How long it stands there, in real time."""
    output: bytes
    """What the program sent since the frame before."""

    @property
    def shown_seconds(self) -> float:
        """How long the picture shows it."""
        return min(self.seconds, LONGEST_SECONDS)


@dataclass
class Recording:
    """The frames of a session."""

    columns: int
    lines: int
    frames: list[Frame] = field(default_factory=list)

    def take(self, terminal: Terminal, since: int, seconds: float) -> int:
        """Add what `terminal` shows; return the number of bytes it has received by now."""
        rows = tuple(tuple(terminal.cells(row)) for row in range(self.lines))
        self.frames.append(Frame(rows, seconds, terminal.bytes_since(since)))
        return terminal.written

    def play(self, terminal: Terminal, steps: Sequence[Step]) -> None:
        """Press the keys of all steps, at once after each other but shown at a person's pace.

        Raises:
            AssertionError: what a step leads to does not come.
        """
        terminal.wait_idle()
        since = self.take(terminal, 0, LOOK_SECONDS)
        for step in steps:
            for number, key in enumerate(step.keys, 1):
                terminal.press(key)
                if number < len(step.keys):
                    terminal.wait_idle()
                    since = self.take(terminal, since, KEY_SECONDS)
            began = time.monotonic()
            terminal.wait_for(step.seen, step.patience)
            self.worked(time.monotonic() - began)
            terminal.wait_idle()
            since = self.take(terminal, since, step.seconds)

    def worked(self, seconds: float) -> None:
        """Let the last picture stand as long as the program worked, if a person would notice."""
        if seconds > LOOK_SECONDS:
            last = self.frames.pop()
            self.frames.append(replace(last, seconds=last.seconds + seconds))

    @property
    def seconds(self) -> float:
        """The real length of the session."""
        return sum(frame.seconds for frame in self.frames)

    @property
    def shown_seconds(self) -> float:
        """The length of the session as pictures show it."""
        return sum(frame.shown_seconds for frame in self.frames)


def cast(recording: Recording, title: str) -> str:
    """Return a session as an asciinema cast, format 2."""
    head: dict[str, object] = {
        "version": 2, "width": recording.columns, "height": recording.lines, "title": title,
        "env": {"TERM": "xterm-256color"},
    }  # fmt: skip
    if recording.shown_seconds < recording.seconds:
        head["idle_time_limit"] = LONGEST_SECONDS
    lines, at = [json.dumps(head)], 0.0
    for frame in recording.frames:
        lines.append(json.dumps([round(at, 2), "o", frame.output.decode(errors="replace")]))
        at += frame.seconds
    return "\n".join([*lines, ""])


def film(recording: Recording, title: str) -> str:
    """Return a session as an SVG that plays by itself, over and over.

    Its frames stand one below the other in a strip; each row that several frames share is drawn
    once. Where animations are off, the last frame is shown. Where the program worked longer than is
    shown, a clock tells the real time.
    """
    frames = _pictures(recording)
    with_clock = recording.shown_seconds < recording.seconds
    height = (recording.lines + with_clock) * CELL_HEIGHT
    ids: dict[tuple[Cell, ...], str] = {}
    strip, marks, at = [], [], 0.0
    for number, (rows, seconds, began, ended) in enumerate(frames):
        begins = f"{100 * at / recording.shown_seconds:.3f}%"
        marks.append(f"{begins}{{transform:translateY(-{number * height}px)}}")
        at += seconds
        if with_clock:
            clock = _clock(began)
            if ended - began > seconds + LOOK_SECONDS:
                clock += f" – {_clock(ended)}"
            y = number * height + recording.lines * CELL_HEIGHT + 14
            strip.append(f'<text x="0" y="{y}" style="fill:#e6b450">{clock}</text>')
        for line, row in enumerate(rows):
            id = ids.setdefault(row, f"r{len(ids)}")
            strip.append(f'<use href="#{id}" y="{number * height + line * CELL_HEIGHT}"/>')
    last = (len(frames) - 1) * height
    width = round(recording.columns * CELL_WIDTH)
    rows_drawn = "\n".join(f'<g id="{id}">{_drawn(row)}</g>' for row, id in ids.items())
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width + 2 * MARGIN}" \
height="{height + 2 * MARGIN}" role="img">
<title>{escape(title)}</title>
<style>
text{{font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:{FOREGROUND}}}
.b{{font-weight:bold}}
#strip{{transform:translateY(-{last}px)}}
@media (prefers-reduced-motion:no-preference){{#strip{{\
animation:play {recording.shown_seconds:.2f}s step-end infinite}}}}
@keyframes play{{{"".join(marks)}}}
</style>
<defs>
{rows_drawn}
</defs>
<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>
<svg x="{MARGIN}" y="{MARGIN}" width="{width}" height="{height}"><g id="strip">
{"".join(strip)}
</g></svg>
</svg>
"""


class _Picture(NamedTuple):
    """A picture of a session, how long it is shown, and when it really came and went."""

    rows: tuple[tuple[Cell, ...], ...]
    seconds: float
    began: float
    ended: float


def _pictures(recording: Recording) -> list[_Picture]:
    """Return the pictures of a session, each different from the one before."""
    pictures, at = [], 0.0
    for rows, same in groupby(recording.frames, key=lambda frame: frame.rows):
        alike = list(same)
        ended = at + sum(frame.seconds for frame in alike)
        shown = sum(frame.shown_seconds for frame in alike)
        pictures.append(_Picture(rows, shown, at, ended))
        at = ended
    return pictures


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _drawn(row: Sequence[Cell]) -> str:
    """Return one row of a terminal as elements of SVG: a run of cells of one look at a time."""
    parts, column = [], 0
    for (fill, ground, bold), same in groupby(row, key=_look):
        text = "".join(cell.text for cell in same)
        width = cell_len(text)
        x, length = round(column * CELL_WIDTH, 1), round(width * CELL_WIDTH, 1)
        if ground != BACKGROUND:
            parts.append(f'<rect x="{x}" width="{length}" height="{CELL_HEIGHT}" fill="{ground}"/>')
        if text.strip():
            x = round((column + len(text) - len(text.lstrip())) * CELL_WIDTH, 1)
            length = round(cell_len(text.strip()) * CELL_WIDTH, 1)
            shown = escape(text.strip()).replace(" ", "\u00a0")  # blanks would be put together
            colour = "" if fill == FOREGROUND else f' fill="{fill}" style="fill:{fill}"'
            weight = ' class="b"' if bold else ""
            parts.append(
                f'<text x="{x}" y="14" textLength="{length}"{weight}{colour}>{shown}</text>'
            )
        column += width
    return "".join(parts)


def _look(cell: Cell) -> tuple[str, str, bool]:
    fill = _colour(cell.foreground, FOREGROUND)
    ground = _colour(cell.background, BACKGROUND)
    return (ground, fill, cell.bold) if cell.reverse else (fill, ground, cell.bold)


def _colour(name: str, default: str) -> str:
    return default if name == "default" else PALETTE.get(name, f"#{name}")
