"""Makes the index in which the words of a filter are found, in the way of each database.

SQLite has a table for it (FTS5 with the tokenizer `trigram`) that triggers keep up: whoever writes
a customer need not know of it. PostgreSQL has an index over the text (`pg_trgm`), where the server
has that extension and lets the book's owner turn it on. Without an index every filter is still
right, only slower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from partnerdesk.models.database.connection import explained

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from partnerdesk.models.database.store import Store

TABLE = "customers_words"
"""The index on SQLite; on PostgreSQL, too."""
_LINES = "char(10) || {0}.search_text || char(10) || char(10)"
"""The indexed text of a row: its lines, each with a line break at both ends.

Behind the last one stand two, so that its last two letters begin an entry as well.
"""
_ADD = f"INSERT INTO {TABLE} (rowid, words) VALUES (new.id, {_LINES.format('new')})"  # noqa: S608
_TAKE = (
    f"INSERT INTO {TABLE} ({TABLE}, rowid, words) "  # noqa: S608
    f"VALUES ('delete', old.id, {_LINES.format('old')})"
)
_CHANGE = (
    f"CREATE TRIGGER {TABLE}_change AFTER UPDATE OF id, search_text ON customers "
    "WHEN old.id <> new.id OR old.search_text <> new.search_text "
    f"BEGIN {_TAKE}; {_ADD}; END"
)
_FILL = (
    f"INSERT INTO {TABLE} (rowid, words) "  # noqa: S608
    f"SELECT id, {_LINES.format('customers')} FROM customers"
)
_MAKE = (
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(words, content='', columnsize=0, tokenize='trigram')"
)
_TEXTS = f"CREATE INDEX {TABLE}_texts ON customers (id, account_id, ended_at, search_text)"
"""For filters that no index of words helps: a third of the table to look at."""
_SQLITE = (
    _TEXTS,
    _MAKE,
    f"CREATE VIRTUAL TABLE {TABLE}_entries USING fts5vocab('{TABLE}', 'row')",
    f"CREATE TRIGGER {TABLE}_add AFTER INSERT ON customers BEGIN {_ADD}; END",
    f"CREATE TRIGGER {TABLE}_take AFTER DELETE ON customers BEGIN {_TAKE}; END",
    _CHANGE,
    _FILL,
)
_ON_TEXT = f"CREATE INDEX IF NOT EXISTS {TABLE} ON customers USING gin (search_text gin_trgm_ops)"
_ON_IDENTIFIERS = (
    f"CREATE INDEX IF NOT EXISTS {TABLE}_identifiers ON customers "
    "USING gin (coalesce(microsoft_id, '') gin_trgm_ops)"
)
_POSTGRES = ("CREATE EXTENSION IF NOT EXISTS pg_trgm", _ON_TEXT, _ON_IDENTIFIERS)


def index_words(connection: Connection) -> bool:
    """Make the index of words in the transaction of `connection`; say whether that could be."""
    postgres = connection.dialect.name == "postgresql"
    try:
        with connection.begin_nested():
            for statement in _POSTGRES if postgres else _SQLITE:
                connection.execute(text(statement))
    except DBAPIError:
        return False
    return True


def add_missing_index(store: Store) -> None:
    """Make the index of words of a book that was made where it could not be.

    Raises:
        RefusedError: the book is to be read only.
        StoreError: the book cannot be written.
    """
    plain = store.connect()
    try:
        is_there = plain.has_table(TABLE)
    finally:
        plain.close()
    if not is_there:
        with explained(store.database), store.writing_engine.begin() as connection:
            index_words(connection)
