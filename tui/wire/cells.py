"""Split text into terminal cells, and tell characters of certain width from the others."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

from rich.cells import get_character_cell_size, split_graphemes

UNKNOWN = "\0"
"""The text of a cell whose content is unknown; no frame contains this character."""
RIGHT_HALF = ""
"""The text of the second cell of a wide character."""

_WIDE_RANGES = (
    (0x3001, 0x3029), (0x3041, 0x3096), (0x30A0, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3), (0xF900, 0xFA6D), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x20000, 0x2A6DF),
)  # fmt: skip
"""Chinese, Japanese, Korean and their punctuation: all terminals show these two cells wide."""
_EMOJI = 0x1F000
"""The first code point of a range for which terminals disagree on the width."""
_LETTERS_AND_SIGNS = "LNPS"
_RIGHT_TO_LEFT = {"R", "AL", "AN", "RLE", "RLO", "RLI"}


class Cells(NamedTuple):
    """A text, cell by cell."""

    lead: str
    """Marks of width zero at the beginning of the text: they belong to the preceding cell."""
    texts: list[str]
    """The text of each cell: a character with its combining marks, or `RIGHT_HALF`."""
    are_sure: bool
    """Whether all terminals agree on the width of the text."""


class Widths:
    """Measures how many cells a text takes, and whether all terminals agree."""

    def __init__(self, *, ambiguous_may_be_wide: bool) -> None:
        """Store the settings.

        Args:
            ambiguous_may_be_wide: box drawing, Greek and Cyrillic characters may take two cells,
                as in East Asian locales.
        """
        self._ambiguous_may_be_wide = ambiguous_may_be_wide
        self._narrow: set[str] = set()
        self._measured = lru_cache(1024)(self._measure)
        self._sure = lru_cache(4096)(self._character_is_sure)

    def cells_of(self, text: str) -> Cells:
        """Return the cells of a text without control characters."""
        if text.isascii() or self._narrow.issuperset(text):
            return Cells("", list(text), are_sure=True)
        return self._measured(text)

    def first_unsure(self, texts: list[str]) -> int:
        """Return the column of the first cell of uncertain width, or the number of cells.

        Uncertain are marks of width zero, joined emoji, emoji newer than the terminal, and
        right-to-left text, which some terminals reorder within the line.
        """
        for column, text in enumerate(texts):
            if text != RIGHT_HALF and not self._is_sure(text):
                return column
        return len(texts)

    def ends_of_unsure(self, texts: list[str], first: int) -> set[int]:
        """Return the columns that follow a run of uncertain cells; `first` begins the first run."""
        ends, was_sure = set(), True
        for column in range(first, len(texts)):
            if texts[column] != RIGHT_HALF:
                is_sure = self._is_sure(texts[column])
                if is_sure and not was_sure:
                    ends.add(column)
                was_sure = is_sure
        return ends

    def _is_sure(self, cell: str) -> bool:
        return cell == UNKNOWN or (len(cell) == 1 and self._sure(cell))

    def _character_is_sure(self, character: str) -> bool:
        kind = unicodedata.east_asian_width(character)
        if kind in "WF":
            return any(first <= ord(character) <= last for first, last in _WIDE_RANGES)
        if kind == "A" and self._ambiguous_may_be_wide:
            return False
        category = unicodedata.category(character)
        return (
            (category[0] in _LETTERS_AND_SIGNS or category == "Zs")
            and unicodedata.bidirectional(character) not in _RIGHT_TO_LEFT
            and get_character_cell_size(character) == 1
            and ord(character) < _EMOJI
        )

    def _measure(self, text: str) -> Cells:
        lead, sure = "", True
        texts: list[str] = []
        for start, end, width in split_graphemes(text)[0]:
            cluster = text[start:end]
            if width == 0 and not texts:
                lead += cluster
            elif width == 0:
                texts[-1 if texts[-1] else -2] += cluster
                sure = False
            else:
                texts += [cluster, RIGHT_HALF] if width > 1 else [cluster]
                is_sure = self._is_sure(cluster)
                if is_sure and width == 1:
                    self._narrow.add(cluster)
                sure = sure and is_sure
        return Cells(lead, texts, sure and not lead)
