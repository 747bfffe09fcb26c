"""Triggers and views that no migration made: they can change what the program writes and reads.

A SQLite book that holds one is opened to look only. This module is light: every start asks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from partnerdesk.models.core.text import listed, short_name
from partnerdesk.models.database.connection import SqliteConnection
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.database.connection import Connection

WORDS = "customers_words"
"""The name of the trigram index (`search_index.py`)."""
LINES = "char(10) || {0}.search_text || char(10) || char(10)"
"""The indexed text of a row: its lines, each with a line break at both ends.

The last line has two line breaks behind it, so that its last letter begins a trigram as well.
"""
_ADD = f"INSERT INTO {WORDS} (rowid, words) VALUES (new.id, {LINES.format('new')})"  # noqa: S608
_TAKE = (
    f"INSERT INTO {WORDS} ({WORDS}, rowid, words) "  # noqa: S608
    f"VALUES ('delete', old.id, {LINES.format('old')})"
)
TRIGGERS = (
    f"CREATE TRIGGER {WORDS}_add AFTER INSERT ON customers BEGIN {_ADD}; END",
    f"CREATE TRIGGER {WORDS}_take AFTER DELETE ON customers BEGIN {_TAKE}; END",
    (
        f"CREATE TRIGGER {WORDS}_change AFTER UPDATE OF id, search_text ON customers "
        "WHEN old.id <> new.id OR old.search_text <> new.search_text "
        f"BEGIN {_TAKE}; {_ADD}; END"
    ),
)
"""The statements of all triggers that a SQLite book may have."""

_IN_SQLITE = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"
_IN_POSTGRES = (
    "SELECT 'trigger', tgname, '' FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
)


class ForeignObject(NamedTuple):
    """A trigger or view that partnerdesk did not make."""

    kind: str
    """`trigger` or `view`."""
    name: str


def foreign_objects(connection: Connection) -> list[ForeignObject]:
    """Return the triggers and views of a book that are not its own, sorted.

    On a server, a schema may hold views of other programs: only triggers count there.
    """
    is_sqlite = isinstance(connection, SqliteConnection)
    found = connection.rows(_IN_SQLITE if is_sqlite else _IN_POSTGRES)
    return sorted(
        ForeignObject(str(kind), str(name)) for kind, name, sql in found if sql not in TRIGGERS
    )


def describe(one: ForeignObject) -> str:
    """Return the line of a check about a trigger or view."""
    titles = {"trigger": _("trigger"), "view": _("view")}
    return _("Not of partnerdesk: {kind} {name}; it can change what is read and written.").format(
        kind=titles[one.kind], name=short_name(one.name)
    )


def why_read_only(objects: Sequence[ForeignObject]) -> str:
    """Return why a book with these can only be looked at."""
    return _(
        "The book has triggers or views that are not of partnerdesk ({names}): "
        "it is opened to look only."
    ).format(names=listed([one.name for one in objects]))
