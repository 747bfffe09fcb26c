"""The steps that a person can take in a console, as data; each is a JSON line in the log."""

from __future__ import annotations

import json
import string
import unicodedata
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from textual.keys import KEY_NAME_REPLACEMENTS

from tests.support.terminal import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

AT_ONCE, QUICK, SLOW = 0.0, 0.05, 0.5
"""Seconds between keys; `AT_ONCE` sends all keys in one write."""


def _punctuation() -> dict[str, str]:
    """Return the punctuation characters by Textual's names of their keys."""
    names = {
        unicodedata.name(character).lower().replace(" ", "_").replace("-", "_"): character
        for character in string.punctuation
    }
    return {KEY_NAME_REPLACEMENTS.get(name, name): character for name, character in names.items()}


_NAMED_KEYS = _punctuation() | KEYS | {"ctrl+home": "\x1b[1;5H", "ctrl+end": "\x1b[1;5F"}


@dataclass(frozen=True, slots=True)
class Start:
    """Start the console in a window of this size."""

    columns: int
    rows: int
    language: str
    fresh: bool = False
    """Whether to restore the original demo book and remove all other state first."""
    demo: bool = False
    """Whether to open the book that stands before a rehearsal (`--demo`), not the one by hand."""


@dataclass(frozen=True, slots=True)
class Press:
    """Press keys; an entry that is no name of a key is typed as text."""

    keys: tuple[str, ...]
    pace: float = AT_ONCE


@dataclass(frozen=True, slots=True)
class Paste:
    """Paste a text."""

    text: str


@dataclass(frozen=True, slots=True)
class Click:
    """Press a button of the mouse, or turn its wheel (64 up, 65 down)."""

    column: int
    row: int
    button: int = 0
    times: int = 1


@dataclass(frozen=True, slots=True)
class Resize:
    """Change the size of the window."""

    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Run a command of `partnerdesk` that writes, while keys are pressed."""

    words: tuple[str, ...]
    keys: tuple[str, ...] = ()
    pace: float = QUICK


@dataclass(frozen=True, slots=True)
class Kill:
    """Press keys, and kill the console `after` seconds later."""

    keys: tuple[str, ...] = ()
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the console: by `ctrl+q`, by SIGTERM (`signal`), or by a hang-up (`line`)."""

    way: str = "ctrl+q"


Step = Start | Press | Paste | Click | Resize | Meanwhile | Kill | Leave
_KINDS: dict[str, Any] = {
    kind.__name__: kind for kind in (Start, Press, Paste, Click, Resize, Meanwhile, Kill, Leave)
}


def can_be_sent(key: str) -> bool:
    """Return whether a terminal can send the key with this Textual name."""
    return (
        key in _NAMED_KEYS
        or len(key) == 1
        or (key.startswith("ctrl+") and len(key) == 6 and key[-1].isalpha())
    )


def sent(key: str) -> bytes:
    """Return the bytes that a terminal sends for a key, or for a text that is no key's name."""
    if key in _NAMED_KEYS:
        return _NAMED_KEYS[key].encode()
    if key.startswith("ctrl+") and len(key) == 6:
        return bytes([ord(key[-1].upper()) & 0x1F])
    return key.encode()


def written(step: Step) -> str:
    """Return a step as a line of the log."""
    return json.dumps({type(step).__name__: asdict(step)}, ensure_ascii=False)


def read(line: str) -> Step:
    """Return the step in a line of the log.

    Raises:
        ValueError: the kind of step is unknown.
    """
    ((name, values),) = json.loads(line).items()
    if name not in _KINDS:
        raise ValueError(f"There is no step called {name!r}.")
    for words in ("keys", "words"):
        if words in values:
            values[words] = tuple(values[words])
    step: Step = _KINDS[name](**values)
    return step


def read_all(file: Path) -> list[Step]:
    """Return the steps of a log."""
    return [read(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def shown(steps: Iterable[Step]) -> str:
    """Return steps as text for a person, one per line."""
    return "\n".join(f"  {_shown(step)}" for step in steps)


def _shown(step: Step) -> str:
    match step:
        case Press(keys, pace):
            return f"{_pace(pace)} {' '.join(_key(key) for key in keys)}"
        case Meanwhile(words, keys, pace):
            return f"meanwhile partnerdesk {' '.join(words)} · {' '.join(map(_key, keys))}"
        case _:
            return str(step)


def _pace(pace: float) -> str:
    return f"every {pace * 1000:.0f} ms:" if pace else "at once:"


def _key(key: str) -> str:
    return key if can_be_sent(key) and key.isprintable() and key != " " else repr(key)
