"""Whether what was pressed may mean to leave the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.walker.steps import can_be_sent

if TYPE_CHECKING:
    from collections.abc import Iterable

_LEAVES = ("quit ctrl+q leave the console", "выход ctrl+q выйти из консоли")
"""How the palette tells of leaving; letters typed into it may come out of this, in their order."""
_MOVES = {"up", "down", "pageup", "pagedown", "end"}
_EDITS = {"ctrl+k", "ctrl+w", "ctrl+d", "delete"}
"""What takes away an unknown part of what was typed."""
_ENDS_TYPING = {"enter", "escape", "\r"}


class LeavingWatch:
    """Follows the keys: `ctrl+q` leaves; so may a word in the palette or behind a colon."""

    def __init__(self) -> None:
        self.may_leave = False
        """Whether the console may have been left by what was pressed so far."""
        self._word: str | None = None
        """What was typed since the palette or the command line was opened."""
        self._is_moved = False
        """Whether the cursor was moved there: it may be on any entry, the last one leaves."""

    def pressed(self, keys: Iterable[str]) -> None:
        """Take notice of keys."""
        for key in keys:
            if key == "ctrl+q":
                self.may_leave = True
            elif key in ("ctrl+p", "colon", ":"):
                self._word, self._is_moved = "", False
            elif key == "ctrl+u":
                self._word = self._word and ""
            elif key in _MOVES | _EDITS:
                self._is_moved = self._word is not None
            elif key in _ENDS_TYPING:
                self._chosen(key)
            elif key == "backspace":
                self._word = self._word and self._word[:-1]
            elif len(key) == 1 or not can_be_sent(key):
                self.typed(key)

    def typed(self, text: str) -> None:
        """Take notice of a text."""
        if self._word is not None:
            self._word += text

    def _chosen(self, key: str) -> None:
        if key != "escape" and self._word is not None:
            self.may_leave = self._is_moved or any(
                _comes_out_of(self._word, words) for words in _LEAVES
            )
        if key == "escape" or self.may_leave:
            self._word = None  # else nothing fitted, perhaps, and it is still open


def _comes_out_of(word: str, words: str) -> bool:
    letters = iter(words)
    return all(letter in letters for letter in word.lower())
