"""The filters that a person used in each kind of list, the last first; kept across runs and books.

They lie in one file of the person's own. Consoles that run at once lose nothing of each other's:
each writes what it has and what the file has, under a lock.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from models import paths

if TYPE_CHECKING:
    from pathlib import Path

MOST = 100
"""Filters that are kept of each kind of list."""

Used = dict[str, int]
"""When each filter was used last: milliseconds since 1970, and each later than the one before."""


class FilterHistory:
    """What was used before. A damaged or missing file is just empty."""

    def __init__(self) -> None:
        self._own: dict[str, Used] = {}
        """By list: what this process used; never changed in place, since a thread may read it."""
        self._unsaved = False

    def of(self, list_name: str) -> list[str]:
        """Return the filters used in a kind of list, the last one first, none twice."""
        return list(_merged(_read(_file()).get(list_name, {}), self._own.get(list_name, {})))

    def use(self, list_name: str, text: str, at: int) -> None:
        """Take note that a filter was used at a moment (milliseconds); `save` writes it."""
        used = _merged(_read(_file()).get(list_name, {}), self._own.get(list_name, {}))
        latest = max(at, *(moment + 1 for moment in used.values()), 0)
        own = _merged(self._own.get(list_name, {}), {text: latest})
        self._own = {**self._own, list_name: own}
        self._unsaved = True

    def save(self) -> None:
        """Write what was used; a full disk costs only the memory, not the work. Blocks."""
        if not self._unsaved:
            return
        self._unsaved = False
        file = _file()
        try:
            paths.private_folder(file.parent)
            with paths.held(file):
                theirs, own = _read(file), self._own
                kept = {
                    name: _merged(theirs.get(name, {}), own.get(name, {}))
                    for name in {**theirs, **own}
                }
                text = json.dumps(kept, ensure_ascii=False, indent=1)
                with paths.written_whole(file) as out:
                    out.write(text.encode(errors="replace"))
        except OSError:
            self._unsaved = True


def _merged(theirs: Used, own: Used) -> Used:
    """Return both, the last used first."""
    moments = theirs | {text: max(at, theirs.get(text, 0)) for text, at in own.items()}
    newest = sorted(moments.items(), key=lambda used: used[1], reverse=True)
    return dict(newest[:MOST])


def _read(file: Path) -> dict[str, Used]:
    try:
        kept = json.loads(file.read_bytes())
        return {
            str(name): {str(text): int(at) for text, at in used.items()}
            for name, used in kept.items()
        }
    except (OSError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        return {}


def _file() -> Path:
    return paths.state_folder() / "filters.json"
