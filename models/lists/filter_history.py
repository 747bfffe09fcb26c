"""The filters that a person used in each kind of list, the last first; kept across runs and books.

They lie in one file of the person's own. Consoles that run at once lose nothing of each other's:
each writes what it has and what the file has, under a lock.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from partnerdesk.models.core import own_files, paths
from partnerdesk.models.core.own_files import Text
from partnerdesk.models.core.typed import DamagedError

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.core.own_files import Tell

MOST = 100
"""Filters that are kept of each kind of list."""

Used = dict[Text, Annotated[int, range(2**53)]]
"""When each filter was used last: milliseconds since 1970, and each later than the one before."""
_Content = dict[Text, Used]
"""What the file holds: by list, what was used."""


class FilterHistory:
    """What was used before; nothing where the file cannot be used."""

    def __init__(self, tell: Tell | None = None) -> None:
        """Begin; `tell` is told of a damaged file that is put aside."""
        self._tell = tell
        self._own: dict[str, Used] = {}
        """By list: what this process used; never changed in place, since a thread may read it."""
        self._unsaved = False
        if tell is not None:
            with suppress(OSError, DamagedError):
                own_files.load_mended(_file(), _Content, tell)

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
            own_files.load_mended(file, _Content, self._tell)
            with paths.locked(file):
                theirs, own = own_files.load(file, _Content) or {}, self._own
                kept = {
                    name: _merged(theirs.get(name, {}), own.get(name, {}))
                    for name in {**theirs, **own}
                }
                own_files.write(file, kept, for_people=True)
        except (OSError, DamagedError):
            self._unsaved = True


def _merged(theirs: Used, own: Used) -> Used:
    """Return both, the last used first."""
    moments = theirs | {text: max(at, theirs.get(text, 0)) for text, at in own.items()}
    newest = sorted(moments.items(), key=lambda used: used[1], reverse=True)
    return dict(newest[:MOST])


def _read(file: Path) -> dict[str, Used]:
    try:
        return own_files.load(file, _Content) or {}
    except (OSError, DamagedError):
        return {}


def _file() -> Path:
    return paths.state_folder() / "filters.json"
