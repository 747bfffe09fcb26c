"""What the console remembers between runs, for each book: the account, and how each list was."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

from partnerdesk.models.core import own_files, paths
from partnerdesk.models.core.typed import DamagedError

if TYPE_CHECKING:
    from pathlib import Path
    from threading import Lock

    from partnerdesk.models.core.own_files import Tell
    from partnerdesk.models.settings.database_url import Database


@dataclass(frozen=True, slots=True)
class View:
    """How a list was left: its filter, sort, mode and cursor."""

    filter: own_files.Text = ""
    sort: own_files.Text = ""
    """The column's name; empty for the list's own default."""
    descending: bool = False
    wide: bool = False
    cursor: Annotated[int, range(2**31)] = 0
    """Key of the row under the cursor; 0 for none."""
    view: own_files.Text = ""
    """The saved view it was left in, by its word; empty for none."""


@dataclass(frozen=True)
class _Content:
    """What the file holds."""

    scope: own_files.Text
    screen: own_files.Text = ""
    views: dict[own_files.Text, View] = field(default_factory=dict)


@dataclass
class Remembered:
    """What one person's console remembers of one book, in a file of its own."""

    database: Database
    scope: str = ""
    """The chosen account's id, or `all`; empty in a new book."""
    screen: str = ""
    """The main screen that it was left in; empty in a new book."""
    views: dict[str, View] = field(default_factory=dict)
    """By account and list, such as `3/customers`."""
    own: dict[str, View] = field(default_factory=dict)
    """Those of them that this process changed; others may have changed the others."""
    tell: Tell | None = None
    """Is told of a damaged file that was put aside; None where nobody is."""
    _saved: _Content | None = None

    @cached_property
    def _saving(self) -> Lock:
        from threading import Lock  # not before the first picture

        return Lock()

    @classmethod
    def load(cls, database: Database, tell: Tell | None = None) -> Remembered:
        """Read what is remembered of `database`; nothing where its file cannot be used.

        A damaged file is put aside if there is somebody to `tell` of it; else it is only read.
        """
        file = file_of(database, "views")
        try:
            if tell is None:
                content = own_files.load(file, _Content)
            else:
                content = own_files.load_mended(file, _Content, tell)
        except (OSError, DamagedError):
            content = None
        if content is None:
            return cls(database, tell=tell)
        return cls(database, content.scope, content.screen, content.views, tell=tell)

    def view(self, scope: str, list_name: str) -> View:
        """Return how a list was left under `scope`."""
        return self.views.get(f"{scope}/{list_name}", View())

    def keep_view(self, scope: str, list_name: str, view: View) -> None:
        """Remember how a list is left; `save` writes it."""
        self.views[f"{scope}/{list_name}"] = self.own[f"{scope}/{list_name}"] = view

    def save(self) -> None:
        """Write the file whole; a full disk costs only the memory, not the work.

        Blocks; any thread may do so.
        """
        file = file_of(self.database, "views")
        with self._saving:
            own = _Content(self.scope, self.screen, self.own.copy())
            if own == self._saved:
                return
            views = self.views.copy()
            try:
                theirs = own_files.load_mended(file, _Content, self.tell)
                views |= theirs.views if theirs is not None else {}
                kept = replace(own, views=views | own.views)
                own_files.write(file, asdict(kept), for_people=True)
            except (OSError, DamagedError):
                return
            self._saved = own


def file_of(database: Database, kind: str) -> Path:
    """Return the file in which something of one kind is remembered of one book."""
    digest = hashlib.sha256(os.fsencode(database.name)).hexdigest()[:16]
    return paths.state_folder() / f"{kind}-{digest}.json"
