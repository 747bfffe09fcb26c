"""Tones: how urgent a state is, shown by a sign, its word and a colour; never by colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Tone(StrEnum):
    """How urgent a state is."""

    GOOD = "good"
    """It is as it should be; nothing to do."""
    PENDING = "pending"
    """Somebody still has to do something."""
    BAD = "bad"
    """It failed, or it is late."""
    OVER = "over"
    """It has ended; nothing will happen any more."""


@dataclass(frozen=True, slots=True)
class Toned:
    """A piece of a text with a tone: the word of a state, or the days left."""

    text: str
    tone: Tone
    has_sign: bool = True
    """Whether a sign stands before it; a deadline has its marks instead."""


SIGNS = {Tone.GOOD: "●", Tone.PENDING: "◐", Tone.BAD: "✕", Tone.OVER: "○"}
"""The sign before the word of a state; each is one cell wide."""
NEARING = (None, Tone.PENDING, Tone.BAD, Tone.BAD)
"""The tones of a deadline by the number of exclamation marks that it has."""
PAST = "past"
"""The key in `Column.tones` of a deadline that has passed."""


def tones(
    good: Iterable[str] = (),
    pending: Iterable[str] = (),
    bad: Iterable[str] = (),
    over: Iterable[str] = (),
) -> dict[str, Tone]:
    """Return the tones of stored values, for `Column.tones`."""
    groups = {Tone.GOOD: good, Tone.PENDING: pending, Tone.BAD: bad, Tone.OVER: over}
    return {value: tone for tone, values in groups.items() for value in values}
