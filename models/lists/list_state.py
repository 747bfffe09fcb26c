"""The state that the console keeps between runs for each book: account, screen, list states."""

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
    """The state in which a list was left: its filter, sort, mode and cursor."""

    filter: own_files.Text = ""
    sort: own_files.Text = ""
    """The name of the column; empty: the default sort of the list."""
    descending: bool = False
    wide: bool = False
    cursor: Annotated[int, range(2**31)] = 0
    """The key of the row under the cursor; 0 for none."""
    view: own_files.Text = ""
    """The word of the saved view that was shown; empty for none."""


@dataclass(frozen=True)
class _Content:
    """The content of the file."""

    scope: own_files.Text
    screen: own_files.Text = ""
    views: dict[own_files.Text, View] = field(default_factory=dict)
    without_details: list[own_files.Text] = field(default_factory=list)


@dataclass
class Remembered:
    """The state of one book for one person, in a file of its own."""

    database: Database
    scope: str = ""
    """The chosen account's id, or `all`; empty in a new book."""
    screen: str = ""
    """The main screen that was shown last; empty in a new book."""
    views: dict[str, View] = field(default_factory=dict)
    """The list states by account and list, such as `3/customers`."""
    without_details: set[str] = field(default_factory=set)
    """The lists, by their names, beside which a person hid the details."""
    own: dict[str, View] = field(default_factory=dict)
    """The entries of `views` that this process changed; other processes may change the others."""
    tell: Tell | None = None
    """Called to report that a damaged file was renamed; None: nobody is told."""
    _saved: _Content | None = None

    @cached_property
    def _saving(self) -> Lock:
        from threading import Lock  # here, since the first picture does not need it

        return Lock()

    @classmethod
    def load(cls, database: Database, tell: Tell | None = None) -> Remembered:
        """Read the state of `database`; an empty state if its file cannot be used.

        A damaged file is renamed and reported to `tell`; without `tell`, it stays in its place.
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
        hidden = set(content.without_details)
        return cls(database, content.scope, content.screen, content.views, hidden, tell=tell)

    def view(self, scope: str, list_name: str) -> View:
        """Return the state of a list under `scope`; the default state if there is none."""
        return self.views.get(f"{scope}/{list_name}", View())

    def keep_view(self, scope: str, list_name: str, view: View) -> None:
        """Record the state of a list; `save` writes it."""
        self.views[f"{scope}/{list_name}"] = self.own[f"{scope}/{list_name}"] = view

    def save(self) -> None:
        """Merge the state into the file and write the file whole; a failure is ignored.

        Blocks; any thread may call this.
        """
        file = file_of(self.database, "views")
        with self._saving:
            hidden = sorted(self.without_details)
            own = _Content(self.scope, self.screen, self.own.copy(), hidden)
            if own == self._saved:
                return
            views = self.views.copy()
            try:
                theirs = own_files.load_mended(file, _Content, self.tell)
                views |= theirs.views if theirs is not None else {}
                merged = replace(own, views=views | own.views)
                own_files.write(file, asdict(merged), for_people=True)
            except (OSError, DamagedError):
                return
            self._saved = own


def file_of(database: Database, kind: str) -> Path:
    """Return the path of a book's state file of one kind, such as `views` or `picture`."""
    digest = hashlib.sha256(os.fsencode(database.name)).hexdigest()[:16]
    return paths.state_folder() / f"{kind}-{digest}.json"
