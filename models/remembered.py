"""What the console remembers between runs, for each book: the account, and how each list was."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from models import paths

if TYPE_CHECKING:
    from pathlib import Path

    from models.database_url import Database


@dataclass(frozen=True, slots=True)
class View:
    """How a list was left: its filter, sort, mode and cursor."""

    filter: str = ""
    sort: str = ""
    """The column's name; empty for the list's own default."""
    descending: bool = False
    wide: bool = False
    cursor: int = 0
    """Key of the row under the cursor; 0 for none."""
    view: str = ""
    """The saved view it was left in, by its word; empty for none."""


@dataclass
class Remembered:
    """What one person's console remembers of one book. Damaged or missing files are just empty."""

    database: Database
    scope: str = ""
    """The chosen account's id, or `all`; empty in a new book."""
    screen: str = ""
    """The main screen that it was left in; empty in a new book."""
    views: dict[str, View] = field(default_factory=dict)
    """By account and list, such as `3/customers`."""
    own: set[str] = field(default_factory=set)
    """Names of the views that this process changed; others may have changed the others."""

    @classmethod
    def load(cls, database: Database) -> Remembered:
        """Read what is remembered of `database`."""
        remembered = cls(database)
        try:
            kept: dict[str, Any] = json.loads(file_of(database, "views").read_bytes())
            remembered.scope = str(kept["scope"])
            remembered.screen = str(kept.get("screen", ""))
            remembered.views = {
                name: View(
                    filter=str(view["filter"]), sort=str(view["sort"]),
                    descending=bool(view["descending"]), wide=bool(view["wide"]),
                    cursor=int(view["cursor"]) % 2**31, view=str(view.get("view", "")),
                )
                for name, view in kept["views"].items()
            }  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(database)
        return remembered

    def view(self, scope: str, list_name: str) -> View:
        """Return how a list was left under `scope`."""
        return self.views.get(f"{scope}/{list_name}", View())

    def keep_view(self, scope: str, list_name: str, view: View) -> None:
        """Remember how a list is left; `save` writes it."""
        self.views[f"{scope}/{list_name}"] = view
        self.own.add(f"{scope}/{list_name}")

    def save(self) -> None:
        """Write the file whole; a full disk costs only the memory, not the work."""
        theirs = Remembered.load(self.database).views
        self.views |= {name: view for name, view in theirs.items() if name not in self.own}
        kept = {
            "scope": self.scope,
            "screen": self.screen,
            "views": {name: asdict(view) for name, view in self.views.items()},
        }
        file = file_of(self.database, "views")
        try:
            paths.private_folder(file.parent)
            with paths.written_whole(file) as out:
                out.write(json.dumps(kept, ensure_ascii=False, indent=1).encode())
        except OSError:
            return


def file_of(database: Database, kind: str) -> Path:
    """Return the file in which something of one kind is remembered of one book."""
    digest = hashlib.sha256(os.fsencode(database.name)).hexdigest()[:16]
    return paths.state_folder() / f"{kind}-{digest}.json"
