"""Completes a typed line, whatever it is for. Pure, without a screen."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.given_files import DOOR, expanded
from partnerdesk.models.core.text import fold


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its text, and the offset of the cursor in characters."""

    text: str
    cursor: int


@dataclass(frozen=True, slots=True)
class Completions:
    """The candidates for the word under the cursor, and the one that is chosen."""

    line: Line
    """The line when Tab was pressed for the first time."""
    start: int = 0
    end: int = 0
    """The part of the line that a candidate replaces: `text[start:end]`."""
    candidates: tuple[str, ...] = ()
    beginning: str = ""
    """The common beginning of all candidates; empty if it is no longer than the typed text."""
    inside: int = 0
    """How many characters of `beginning` follow the cursor (a closing quote)."""
    told: bool = False
    """Whether the candidates are on the screen already: then Tab inserts the first one at once."""
    place: int = -1
    """The index of the candidate that is in the line; -1 for none."""

    @property
    def several(self) -> bool:
        """Whether there is more than one candidate."""
        return len(self.candidates) > 1

    def first(self, by: int) -> tuple[Line, Completions]:
        """Return line and state after the first Tab (`by` is 1) or Shift+Tab (`by` is -1)."""
        if not self.several:
            return (self._with(self.candidates[0]) if self.candidates else self.line), self
        if self.told:
            return self.next(by)
        if self.beginning:
            return self._with(self.beginning, self.inside), self
        return self.line, self

    def next(self, by: int) -> tuple[Line, Completions]:
        """Return the line with the next candidate, and the new state."""
        start = self.place if self.place >= 0 or by > 0 else 0
        moved = replace(self, place=(start + by) % len(self.candidates))
        return self._with(self.candidates[moved.place]), moved

    def _with(self, word: str, inside: int = 0) -> Line:
        text = self.line.text
        cursor = self.start + len(word) - inside
        return Line(text[: self.start] + word + text[self.end :], cursor)


Completer = Callable[[Line], Awaitable[Completions]]
"""Returns the completions of the word under the cursor; it may have to read the book."""


def word_completer(words: Sequence[str]) -> Completer:
    """Return a completer of whole lines to one of `words`, which are on the screen already."""

    async def complete(line: Line) -> Completions:
        candidates = tuple(word for word in words if word.startswith(line.text.lower()))
        place = candidates.index(line.text) if line.text in candidates else -1
        return Completions(line, 0, len(line.text), candidates, told=True, place=place)

    return complete


def common_beginning(words: Sequence[str]) -> str:
    """Return the common beginning of `words`, ignoring case, in the spelling of the first word."""
    first, *others = words
    for place, letter in enumerate(first):
        if any(other[place : place + 1].lower() != letter.lower() for other in others):
            return first[:place]
    return first


def fits(value: str, typed: str) -> bool:
    """Say whether `value` begins with `typed`, ignoring case and accents."""
    return begun(value).startswith(begun(typed))


def begun(text: str) -> str:
    """Return `text` folded, but keep one space at its end, since another word may follow."""
    folded = fold(text)
    return f"{folded} " if folded and text[-1].isspace() else folded


def path_completer(endings: Sequence[str] = ()) -> Completer:
    """Return a completer of whole lines to paths: folders, and files with some endings.

    Args:
        endings: in lower case, such as `.csv`; empty for all files.
    """

    async def complete(line: Line) -> Completions:
        return await asyncio.to_thread(_paths, line, tuple(endings))

    return complete


MOST_PATHS = 200
"""Maximum paths that are offered at once."""


def _paths(line: Line, endings: tuple[str, ...]) -> Completions:
    typed = line.text[: line.cursor]
    folder, slash, beginning = typed.rpartition("/")
    try:
        path = Path(os.path.realpath(expanded(Path(folder + slash or "."))))
        if DOOR.is_outside(path):
            return Completions(line)
        entries = sorted(os.scandir(path), key=lambda entry: fold(entry.name))
    except (OSError, UsageError, ValueError):
        return Completions(line)
    names = []
    for entry in entries:
        is_hidden = entry.name.startswith(".") and not beginning.startswith(".")
        fits_typed = fold(entry.name).startswith(fold(beginning))
        if is_hidden or not fits_typed or not entry.name.isprintable():
            continue
        if _is_folder(entry):
            names.append(f"{entry.name}/")
        elif not endings or entry.name.lower().endswith(endings):
            names.append(entry.name)
    paths = tuple(folder + slash + name for name in names[:MOST_PATHS])
    common = _common(paths)
    return Completions(line, 0, len(line.text), paths, common if len(common) > len(typed) else "")


def _common(texts: Sequence[str]) -> str:
    """Return the common beginning of all texts."""
    first, last = min(texts, default=""), max(texts, default="")
    different = (index for index, letter in enumerate(first) if letter != last[index : index + 1])
    return first[: next(different, len(first))]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
