"""An input for any text: control characters are shown as symbols and never reach the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import split_graphemes
from rich.highlighter import Highlighter
from rich.text import Text
from textual.widgets import Input

from partnerdesk.models.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.style import Style
    from textual.events import Paste

LONGEST = 10_000
"""The longest text in characters; a longer paste is cut."""

_PLANE = 0xF0000  # the planes 15 and 16 are for private use
_TAGS = 0xE0000
_TAGS_PLANE = 0x100000


def _stand_in(char: str) -> str:
    code = ord(char)
    return chr(code - _TAGS + _TAGS_PLANE if code >= _TAGS else code + _PLANE)


def _original(char: str) -> str:
    code = ord(char)
    if code < _PLANE:
        return char
    original = chr(code - _TAGS_PLANE + _TAGS if code >= _TAGS_PLANE else code - _PLANE)
    return original if shown(original) != original else char


def pasted_lines(pasted: str) -> Iterator[str]:
    """Yield the lines that are not blank, without control characters."""
    for line in pasted.replace("\r", "\n").split("\n"):
        if line.strip():
            spaced = line.replace("\t", " ")
            yield "".join(char for char in spaced if not (char < " " or "\x7f" <= char <= "\x9f"))


def joined(pasted: str) -> str:
    """Return the pasted lines joined to one, without control characters."""
    lines = [*pasted_lines(pasted)]
    return lines[0] if len(lines) == 1 else " ".join(line.strip() for line in lines)


def veiled(text: str) -> str:
    """Return `text` with a private-use character of one cell for each unprintable character.

    Textual then counts, scrolls and prints the text as usual, and no character is lost.
    """
    if shown(text) == text:
        return text
    return "".join(char if shown(char) == char else _stand_in(char) for char in text)


def unveiled(text: str) -> str:
    """Return the original of a text that `veiled` returned."""
    return text if text.isascii() else "".join(map(_original, text))


class _Shown(Highlighter):
    """Replaces stand-ins by visible symbols of their characters, before printing."""

    def highlight(self, text: Text) -> None:
        text.plain = shown(unveiled(text.plain))


class _WholeLetters(Text):
    """A text that is styled by whole grapheme clusters.

    A cursor within a joined emoji would split it, and the rest would move to other cells.
    """

    def stylize(self, style: str | Style, start: int = 0, end: int | None = None) -> None:
        """Style whole clusters, from the one at `start` to the one before `end`."""
        super().stylize(style, *self._whole(start, end))

    def stylize_before(self, style: str | Style, start: int = 0, end: int | None = None) -> None:
        """Style whole clusters, below the existing styles."""
        super().stylize_before(style, *self._whole(start, end))

    def _whole(self, start: int, end: int | None) -> tuple[int, int]:
        length = len(self.plain)
        end = length if end is None else end
        if self.plain.isascii():
            return start, end
        for first, last, _width in split_graphemes(self.plain)[0]:
            start = first if first < start < last else start
            end = last if first < end < last else end
        return start, end


class SafeInput(Input):
    """A line to type into; `value` contains stand-ins where needed, `text` the real characters."""

    DEFAULT_CSS = """
    SafeInput > .input--placeholder { color: $text-muted; }
    SafeInput > .input--selection { background: $cursor; color: $cursor-text; }
    SafeInput:ansi:nocolor > .input--selection { text-style: reverse; }
    SafeInput:ansi:nocolor > .input--cursor { text-style: reverse underline; }
    """

    def __init__(self, placeholder: str = "", longest: int = LONGEST) -> None:
        super().__init__(
            placeholder=placeholder,
            compact=True,
            select_on_focus=False,
            max_length=longest,
            highlighter=_Shown(),
        )
        self._longest = longest
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        shown_value = super()._value.plain
        return _WholeLetters(shown_value, no_wrap=True, overflow="ignore", end="")

    @property
    def text(self) -> str:
        """The real text, without stand-ins."""
        return unveiled(self.value)

    def on_paste(self, event: Paste) -> None:
        """Insert the text pasted by the terminal, without control characters."""
        event.prevent_default()
        event.stop()
        self.take(event.text)

    def action_paste(self) -> None:
        """Insert the app's own clipboard."""
        self.take(self.app.clipboard)

    def take(self, pasted: str) -> None:
        """Replace the selection by the pasted text; cut the text at `LONGEST`."""
        self.put(self.one_line(pasted)[: max(self.room, 0)])

    def put(self, text: str) -> None:
        """Replace the selection by a line."""
        start, end = sorted(self.selection)
        self.replace(veiled(text), start, end)

    @property
    def room(self) -> int:
        """The number of characters that can replace the selection."""
        start, end = sorted(self.selection)
        return self._longest - len(self.value) + end - start

    def one_line(self, pasted: str) -> str:
        """Return the first pasted line that is not blank, without control characters."""
        return next(pasted_lines(pasted), "")

    @property
    def selected_text(self) -> str:
        """The selected text for copying, with symbols instead of control characters."""
        return shown(unveiled(super().selected_text))
