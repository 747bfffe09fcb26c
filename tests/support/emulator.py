"""An emulator of a modern xterm; `tests.support.terminal` runs the program in it."""

from __future__ import annotations

import base64
import codecs
import re
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

import pyte
from wcwidth import wcwidth

if TYPE_CHECKING:
    from collections.abc import Callable

_SYNCHRONIZED = 2026
_ALTERNATE_SCREEN = {47, 1047, 1049}
_MODES_OF_PYTE = {6, 7, 25}
_ESCAPES_OF_PYTE = {"\x1b7", "\x1b8", "\x1bD", "\x1bE", "\x1bH", "\x1bM", "\x1bc"}


class Cursor(NamedTuple):
    """The position of the cursor, from 0, and whether the cursor is visible."""

    column: int
    row: int
    visible: bool


class Cell(NamedTuple):
    """One cell of the screen with its style; colours in pyte's form (`default`, `ff8800`)."""

    text: str
    foreground: str
    background: str
    bold: bool
    reverse: bool


class Link(NamedTuple):
    """A text that was shown as a link (OSC 8)."""

    address: str
    text: str


class Emulator:
    """A screen that shows a program's output and answers its queries through `answer`.

    The emulator uses pyte for text, cursor movement, colours and erasing. It handles itself what
    pyte gets wrong: private sequences, strings, joined emoji, the alternate screen.
    """

    _TEXT = re.compile(r"[^\x1b\x90\x98\x9b\x9d-\x9f]+")
    _CSI = re.compile(r"(?:\x1b\[|\x9b)([<=>?]?)([0-9:;]*)([ -/]*)([@-~])")
    _TMUX = re.compile(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\")
    _STRING = re.compile(r"(\x1b[]PX^_]|[\x90\x98\x9d-\x9f])(.*?)(\x07|\x1b\\|\x9c)", re.DOTALL)
    _ESCAPE = re.compile(r"\x1b[ -/]*[0-OQ-WYZ\\`-~]")
    _UNFINISHED = re.compile(
        r"\x1b[ -/]*\Z"
        r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*\Z"
        r"|\x1bPtmux;"
        r"|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])(?!.*?(?:\x07|\x1b\\|\x9c))",
        re.DOTALL,
    )

    def __init__(self, columns: int, rows: int, answer: Callable[[bytes], object]) -> None:
        self._answer = answer
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._screens: list[Any] = [pyte.Screen(columns, rows), pyte.Screen(columns, rows)]
        self._streams: list[Any] = [pyte.Stream(screen) for screen in self._screens]
        self._alternate = False
        self._open_link: list[str] | None = None
        self.modes: set[int] = set()
        self.kitty_keys: list[int] = []
        self.clipboards: list[str] = []
        self.links: list[Link] = []
        self.title = ""
        self.bells = 0

    @property
    def screen(self) -> Any:
        """The visible pyte screen: the main or the alternate screen."""
        return self._screens[self._alternate]

    def places(self, row: int) -> list[Any]:
        """Return pyte's cells of a row; the second cell of a wide character has an empty text.

        If one half of a wide character was overwritten, the other half is blank, as in a terminal.
        """
        line = self.screen.buffer[row]
        places = [line[column] for column in range(self.screen.columns)]
        for column, place in enumerate(places):
            is_wide = bool(place.data) and wcwidth(place.data[0]) == 2
            behind = places[column + 1].data if column + 1 < len(places) else None
            before = line[column - 1].data if column else ""
            lost_half = not place.data and not (before and wcwidth(before[0]) == 2)
            if lost_half or (is_wide and behind):
                places[column] = place._replace(data=" ")
        return places

    @property
    def _stream(self) -> Any:
        return self._streams[self._alternate]

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of both screens."""
        for screen in self._screens:
            screen.resize(rows, columns)

    def feed(self, data: bytes) -> None:
        """Handle output; an incomplete sequence is kept until its rest arrives."""
        self._rest = self._take(self._rest + self._decoder.decode(data))

    def _take(self, text: str) -> str:
        """Handle `text` and return the incomplete sequence at its end, if any."""
        position = 0
        while position < len(text):
            length = self._take_one(text, position)
            if not length:
                return text[position:]
            position += length
        return ""

    def _take_one(self, text: str, position: int) -> int:
        """Handle the sequence or text at `position`; return its length, 0 if incomplete."""
        if match := self._TEXT.match(text, position):
            self._draw(match.group())
        elif match := self._CSI.match(text, position):
            self._control(*match.groups())
        elif match := self._TMUX.match(text, position):  # tmux passes the content through
            self._take(match[1].replace("\x1b\x1b", "\x1b"))
        elif self._UNFINISHED.match(text, position):
            return 0
        elif match := self._STRING.match(text, position):
            self._string(match[1], match[2])
        elif match := self._ESCAPE.match(text, position):
            if match.group() in _ESCAPES_OF_PYTE:
                self._stream.feed(match.group())
        else:
            return 1  # an invalid sequence: terminals drop its introducer
        return len(match.group())

    def _draw(self, text: str) -> None:
        self.bells += text.count("\a")
        # pyte drops the rest of a text after a character of width zero that it cannot combine.
        drawn = "".join(
            char for char in text if char < " " or wcwidth(char) > 0 or unicodedata.combining(char)
        )
        self._stream.feed(drawn.replace("\a", ""))
        if self._open_link is not None:
            self._open_link.append(drawn)

    def _control(self, prefix: str, values: str, between: str, final: str) -> None:
        sequence = prefix + between + final
        if sequence in {"?h", "?l"}:
            for mode in re.findall(r"\d+", values):
                self._switch(int(mode), on=final == "h")
        elif sequence == "?$p":  # query of a mode: only 2026 is supported
            state = (1 if _SYNCHRONIZED in self.modes else 2) if values == "2026" else 0
            self._answer(f"\x1b[?{values};{state}$y".encode())
        elif sequence == ">u":
            self.kitty_keys.append(int(values or 0))
        elif sequence == "<u":
            del self.kitty_keys[-int(values or 1) :]
        elif sequence == "c":
            self._answer(b"\x1b[?62;22c")
        elif sequence == "n" and values == "6":
            cursor = self.screen.cursor
            self._answer(f"\x1b[{cursor.y + 1};{cursor.x + 1}R".encode())
        elif not prefix and not between:
            plain = re.sub(r"([34]8):2:[0-9]*:(\d+):(\d+):(\d+)", r"\1;2;\2;\3;\4", values)
            plain = re.sub(r":\d*", "", plain)
            self._stream.feed(f"\x1b[{plain}{final}")

    def _switch(self, mode: int, *, on: bool) -> None:
        (self.modes.add if on else self.modes.discard)(mode)
        if mode in _ALTERNATE_SCREEN:
            self._alternate = on
            if on:
                self.screen.reset()
        elif mode in _MODES_OF_PYTE:
            self._stream.feed(f"\x1b[?{mode}{'h' if on else 'l'}")

    def _string(self, introducer: str, content: str) -> None:
        """Handle an OSC, DCS, APC, PM or SOS string."""
        if introducer in {"\x1bP", "\x90"} and content.startswith("\x1b]"):
            self._string("\x1b]", content[2:])  # GNU screen passes the content through
        if introducer not in {"\x1b]", "\x9d"}:
            return
        code, _, value = content.partition(";")
        if code in {"0", "2"}:
            self.title = value
        elif code == "8":
            self._link(value.partition(";")[2])
        elif code == "52":
            self.clipboards.append(base64.b64decode(value.partition(";")[2]).decode())

    def _link(self, address: str) -> None:
        if self._open_link is not None:
            link = Link(self._open_link[0], "".join(self._open_link[1:]))
            if link not in self.links:  # a repaint shows the same links again
                self.links.append(link)
        self._open_link = [address] if address else None
