"""Frames in Textual's form for tests, and terminals that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyte

from tests.support.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Span = tuple[str, str]
"""A text and its SGR parameters; empty for none."""


class NoColourErased(pyte.Screen):
    """A terminal that erases with its default background, not the current one (no bce)."""

    def _plainly(self, act: Any, *values: Any) -> None:
        attributes, self.cursor.attrs = self.cursor.attrs, self.default_char
        act(*values)
        self.cursor.attrs = attributes

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        self._plainly(super().erase_in_line, how, private)

    def erase_characters(self, count: int | None = None) -> None:
        self._plainly(super().erase_characters, count)

    def insert_lines(self, count: int | None = None) -> None:
        self._plainly(super().insert_lines, count)

    def delete_lines(self, count: int | None = None) -> None:
        self._plainly(super().delete_lines, count)


def terminal(width: int, height: int, *, erases_in_colour: bool = True) -> Emulator:
    """Return a terminal that answers no queries, and that does not wrap lines, as Textual sets."""
    emulator = Emulator(width, height, lambda _answer: None)
    if not erases_in_colour:
        emulator._screens = [NoColourErased(width, height) for _ in range(2)]
        emulator._streams = [pyte.Stream(screen) for screen in emulator._screens]
    emulator.feed(b"\x1b[?7l")
    return emulator


def shown(emulator: Emulator) -> list[list[tuple[object, ...]]]:
    """Return the visible style of all cells; the foreground of a blank is not visible."""
    screen = emulator.screen
    return [
        [_seen(screen.buffer[row][column]) for column in range(screen.columns)]
        for row in range(screen.lines)
    ]


def _seen(char: Any) -> tuple[object, ...]:
    on_blanks = (char.bg, char.reverse, char.underscore, char.strikethrough)
    if char.data == " " and not any(on_blanks[1:]):
        return (" ", char.bg)
    return (char.data, *on_blanks, char.fg, char.bold, char.italics)


def piece(row: int, column: int, spans: Iterable[Span]) -> str:
    """Return a piece of a row; row and column are counted from 0."""
    text = "".join(f"\x1b[{sgr}m{text}\x1b[0m" if sgr else text for text, sgr in spans)
    return f"\x1b[{row + 1};{column + 1}H{text}"


def frame(pieces: Sequence[str], cursor: tuple[int, int] = (0, 0)) -> str:
    """Return a frame of such pieces."""
    return "\n".join(pieces) + f"\x1b[{cursor[0] + 1};{cursor[1] + 1}H"
