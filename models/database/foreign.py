"""Triggers and views that no migration made: they can change what the program writes and reads."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import short_name
from partnerdesk.models.database.connection import connect
from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import _
from partnerdesk.models.settings.database_url import SqliteFile

if TYPE_CHECKING:
    from partnerdesk.models.database.connection import Connection

_ACTIVE = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"


def foreign_objects(connection: Connection) -> list[str]:
    """Return a line for each trigger and view of a SQLite book that its migrations do not make.

    The schema to compare with is made by the migrations, in a book of its own.
    """
    with TemporaryDirectory(prefix="partnerdesk-") as folder:
        fresh = SqliteFile(Path(folder, "fresh.db"))
        Store(fresh).open([])
        with closing(connect(fresh)) as other:
            made = {tuple(row) for row in other.rows(_ACTIVE)}
    found = sorted(tuple(row) for row in connection.rows(_ACTIVE))
    text = _("Not of partnerdesk: {kind} {name}; it can change what is read and written.")
    titles = {"trigger": _("trigger"), "view": _("view")}
    return [
        text.format(kind=titles[str(kind)], name=short_name(str(name)))
        for kind, name, sql in found
        if (kind, name, sql) not in made
    ]
