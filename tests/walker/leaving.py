"""Track whether the pressed keys may leave the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.walker.steps import can_be_sent

if TYPE_CHECKING:
    from collections.abc import Iterable

_LEAVES = ("quit ctrl+q leave the console", "выход ctrl+q выйти из консоли")
"""The texts of the palette's entry for leaving; typed letters match if they occur in order."""
_MOVES = {"up", "down", "pageup", "pagedown", "end"}
_EDITS = {"ctrl+k", "ctrl+w", "ctrl+d", "delete"}
"""Keys that delete an unknown part of the typed text."""
_ENDS_TYPING = {"enter", "escape", "\r"}


class LeavingWatch:
    """Follows the keys: `ctrl+q` may leave, as may a text in the palette or the command line."""

    def __init__(self) -> None:
        self.may_leave = False
        """Whether the keys so far may have left the console."""
        self._word: str | None = None
        """The text typed into the palette or the command line; None if neither is open."""
        self._is_moved = False
        """Whether the selection may have moved to any entry; the last entry leaves."""

    def pressed(self, keys: Iterable[str]) -> None:
        """Follow pressed keys."""
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
        """Follow a typed or pasted text."""
        if self._word is not None:
            self._word += text

    def _chosen(self, key: str) -> None:
        if key != "escape" and self._word is not None:
            self.may_leave = self._is_moved or any(_matches(self._word, words) for words in _LEAVES)
        if key == "escape" or self.may_leave:
            self._word = None  # else perhaps no entry matched and the palette is still open


def _matches(word: str, words: str) -> bool:
    letters = iter(words)
    return all(letter in letters for letter in word.lower())
