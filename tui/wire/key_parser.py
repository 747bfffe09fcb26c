"""Parse keys from terminal input: Textual's own parser, without Alt combinations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual._xterm_parser import XTermParser
from textual.events import Key

if TYPE_CHECKING:
    from collections.abc import Iterable

ESCAPE: Final = "\x1b"
STARTERS: Final = "[O"
"""The second characters of key sequences (CSI and SS3)."""
EDITING: Final = "fb\x7f\t"
"""Characters that form an editing key after Escape: moves by words (macOS), shift+tab."""


class KeyParser(XTermParser):
    """Reads Escape followed at once by a key as two keys.

    A terminal sends the same bytes for Alt with that key, and over a slow line Escape and the next
    key arrive together. The console binds no key to Alt; Escape steps back and must not be lost.
    """

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        """Yield the keys of a sequence; none while the sequence may be incomplete."""
        behind = sequence.removeprefix(ESCAPE)
        is_key = len(behind) == 1 and behind not in STARTERS + EDITING
        if alt or (is_key and behind != sequence):
            yield Key("escape", ESCAPE)
            sequence = behind
        yield from super()._sequence_to_key_events(sequence)
