"""The filters that a person used in each kind of list, newest first; for all runs and books.

They are stored in one file for each person. Consoles that run at once lose no filter of each other:
each merges its own filters into the file, under a lock.
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
"""How many filters are stored for each kind of list."""

Used = dict[Text, Annotated[int, range(2**53)]]
"""When each filter was last used: milliseconds since 1970, later than every earlier use."""
_Content = dict[Text, Used]
"""The content of the file: the used filters by list."""


class FilterHistory:
    """The filters that were used before; empty if the file cannot be used."""

    def __init__(self, tell: Tell | None = None) -> None:
        """With `tell`: rename a damaged file, and report it to `tell`."""
        self._tell = tell
        self._own: dict[str, Used] = {}
        """What this process used, by list; replaced as a whole, since a thread may read it."""
        self._unsaved = False
        if tell is not None:
            with suppress(OSError, DamagedError):
                own_files.load_mended(_file(), _Content, tell)

    def of(self, list_name: str) -> list[str]:
        """Return the filters used in a kind of list, newest first, each once."""
        return list(_merged(_read(_file()).get(list_name, {}), self._own.get(list_name, {})))

    def use(self, list_name: str, text: str, at: int) -> None:
        """Record that a filter was used at a moment (milliseconds); `save` writes it."""
        used = _merged(_read(_file()).get(list_name, {}), self._own.get(list_name, {}))
        latest = max(at, *(moment + 1 for moment in used.values()), 0)
        own = _merged(self._own.get(list_name, {}), {text: latest})
        self._own = {**self._own, list_name: own}
        self._unsaved = True

    def save(self) -> None:
        """Write newly used filters; after a failure, the next call tries again. Blocks."""
        if not self._unsaved:
            return
        self._unsaved = False
        file = _file()
        try:
            paths.private_folder(file.parent)
            own_files.load_mended(file, _Content, self._tell)
            with paths.locked(file):
                theirs, own = own_files.load(file, _Content) or {}, self._own
                merged = {
                    name: _merged(theirs.get(name, {}), own.get(name, {}))
                    for name in {**theirs, **own}
                }
                own_files.write(file, merged, for_people=True)
        except (OSError, DamagedError):
            self._unsaved = True


def _merged(theirs: Used, own: Used) -> Used:
    """Return the entries of both, newest first, at most `MOST`."""
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
