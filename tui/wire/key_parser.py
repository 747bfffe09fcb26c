"""Reads keys from what a terminal sends: Textual's own parser, with Escape where it was pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual._xterm_parser import XTermParser
from textual.events import Key

if TYPE_CHECKING:
    from collections.abc import Iterable

ESCAPE: Final = "\x1b"
STARTERS: Final = "[O"
"""What stands second in the sequences of keys (CSI and SS3)."""
EDITING: Final = "fb\x7f\t"
"""What comes behind an Escape for keys that edit: by words (as macOS sends them), shift+tab."""


class KeyParser(XTermParser):
    """Takes Escape with a key right behind it as these two keys.

    A terminal sends the same for Alt with a key, and over a slow line both come in one piece.
    Nothing here is bound to Alt, but Escape begins a step back: it must never be lost.
    """

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        """Return the keys of a sequence; none while it may go on."""
        behind = sequence.removeprefix(ESCAPE)
        is_key = len(behind) == 1 and behind not in STARTERS + EDITING
        if alt or (is_key and behind != sequence):
            yield Key("escape", ESCAPE)
            sequence = behind
        yield from super()._sequence_to_key_events(sequence)
