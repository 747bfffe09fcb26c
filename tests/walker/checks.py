"""The checks after each step of the walker, and the failures that they raise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.walker.home import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.support.emulator import Cell
    from tests.walker.console import WalkedConsole
    from tests.walker.home import Ended

UNEXPECTED = (
    "An error nobody expected",
    "met an error it did not expect",
    "Непредвиденная ошибка",
    "непредвиденная ошибка",
    "Traceback (most recent call last)",
)
"""Texts that must never be shown."""
PAINTED = 0.08
"""Seconds without output after which a drawing is complete."""
OWN_FOLDERS = ("tui", "screens", "models", "mailing", "partnercenter", "cli")
_AGE = re.compile(r"\b\d+:\d\d\b|\d+ (?:min|h|d) ago|just now|\d+ (?:мин|ч|д) назад|только что")
_FRAME = re.compile(r'  File "(.+)", line (\d+), in (.+)')


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed check."""

    what: str
    """A sentence that describes the failure."""
    place: str
    """The place of the failure; failures with the same place are counted together."""
    detail: str = ""


class BrokenError(Exception):
    """A check failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.what)
        self.failure = failure


def check_reports(reports: Iterable[Path]) -> None:
    """Check that there is no crash report.

    Raises:
        BrokenError: there is a report.
    """
    for report in sorted(reports):
        text = report.read_text(encoding="utf-8")
        raise BrokenError(Failure("A crash report was written.", crash_place(text), text))


def crash_place(report: str) -> str:
    """Return the kind of the first error in a report, and its innermost frame in the program."""
    first = report.split("\n\n")[1] if "\n\n" in report else report
    kind = first.strip().splitlines()[0].rpartition(".")[2]
    frames = _FRAME.findall(first)
    own = [frame for frame in frames if _is_own_file(frame[0])]
    if not frames:
        return kind
    file, line, name = (own or frames)[-1]
    return f"{kind} {_short(file)}:{line} {name}"


def check_words(text: str) -> None:
    """Check that no unexpected error is shown.

    Raises:
        BrokenError: `text` contains one of `UNEXPECTED`.
    """
    for words in UNEXPECTED:
        if words in text:
            raise BrokenError(Failure(f"It says: {words!r}.", f"says {words!r}", text))


def check_command(ended: Ended) -> None:
    """Check that a command succeeded, or was refused with an expected exit code.

    Raises:
        BrokenError: the exit code or the output is unexpected.
    """
    name = " ".join(ended.words[:2])
    if ended.code not in (0, 2, 3, 4, 5, 6) or any(words in ended.output for words in UNEXPECTED):
        raise BrokenError(
            Failure(
                f"`partnerdesk {' '.join(ended.words)}` ended with {ended.code}.",
                f"command {name} ended with {ended.code}",
                ended.output,
            )
        )


def check_drawing(console: WalkedConsole, patience: float) -> None:
    """Check that the console answers, and that F5 draws the same picture again.

    Pictures are not compared where others wrote since the last check: what they wrote may have come
    between the two.

    Raises:
        BrokenError: the console does not answer in time, or the drawings differ.
    """
    terminal = console.terminal
    terminal.wait_idle()
    before, mark = console.picture(), terminal.written
    terminal.press("f5")
    _wait_for_an_answer(console, mark, patience)
    check_words(terminal.text)
    difference, has_moved = disagreement(before, console.picture()), console.has_moved()
    if difference and not has_moved:
        screen = console.standing.screen
        raise BrokenError(
            Failure("A fresh drawing shows something else.", f"drawing of {screen}", difference)
        )


def _wait_for_an_answer(console: WalkedConsole, mark: int, patience: float) -> None:
    terminal = console.terminal
    try:
        terminal.wait_for_output(mark, patience)
        terminal.wait_idle(quiet=PAINTED)
    except AssertionError:
        if not console.is_running:
            return
        waits = waiting_work(console)
        raise BrokenError(
            Failure(
                f"It has not answered for {patience:g} s.",
                f"no answer: {waiting_place(waits)}",
                "\n\n".join("\n".join(_short(place) for place in places) for places in waits)
                + f"\n{terminal}",
            )
        ) from None


def waiting_work(console: WalkedConsole) -> list[list[str]]:
    """Return the stacks of the program's waiting tasks, without the idle event loop."""
    waits = console.where_work_waits()
    return [places for places in waits if is_own_code(places) and not _is_idle(places)]


def _is_idle(places: Sequence[str]) -> bool:
    return places[-1].endswith(" select")


def waiting_place(waits: Sequence[Sequence[str]]) -> str:
    """Return the innermost place of the program in the deepest waiting stack."""
    chains = [
        [place for place in places if is_own_code([place])]
        for places in waits
        if not _is_idle(places)
    ]
    deepest = max(chains, key=len, default=[])
    return _short(deepest[-1]) if deepest else "nothing of the house waits"


def is_own_code(places: Iterable[str]) -> bool:
    """Return whether one of the places is in the program's own code."""
    return any(_is_own_file(place.partition(":")[0]) for place in places)


def disagreement(before: list[list[Cell]], after: list[list[Cell]]) -> str:
    """Return the first difference of two pictures as text; empty for none. Ages may differ."""
    for row, (old, new) in enumerate(zip(before, after, strict=True), 1):
        was, now = _text(old), _text(new)
        if _ageless(was) != _ageless(now):
            return f"line {row}\n was {was!r}\n now {now!r}"
        if was == now and (columns := _other_looks(old, new)):
            return f"line {row}, looks of columns {columns}\n of {now!r}"
    return ""


def _other_looks(old: Sequence[Cell], new: Sequence[Cell]) -> list[int]:
    return [
        column
        for column, (was, now) in enumerate(zip(old, new, strict=True), 1)
        if _looks(was) != _looks(now)
    ]


def _looks(cell: Cell) -> tuple[object, ...]:
    """Return the visible style of a cell; the foreground of a blank is not visible."""
    if cell.text.strip() or cell.reverse:
        return (cell.foreground, cell.background, cell.bold, cell.reverse)
    return (cell.background,)


def _text(cells: Iterable[Cell]) -> str:
    return "".join(cell.text for cell in cells).rstrip()


def _ageless(line: str) -> str:
    return re.sub(r"\s+", " ", _AGE.sub("…", line))


def _is_own_file(file: str) -> bool:
    place = Path(file)
    return place.is_relative_to(PROJECT) and place.relative_to(PROJECT).parts[0] in OWN_FOLDERS


def _short(place: str) -> str:
    return place.removeprefix(f"{PROJECT}/")
