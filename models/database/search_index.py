"""Creates the trigram index that filters search for words, in the way of each database.

On SQLite the index is an FTS5 table (tokenizer `trigram`) that triggers keep up to date, so code
that writes customers need not know it. On PostgreSQL it is a `pg_trgm` index, if the server has the
extension and lets the book's owner create it. Without the index, a filter finds the same rows, only
more slowly.
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
"""The name of the index, on both databases."""
_LINES = "char(10) || {0}.search_text || char(10) || char(10)"
"""The indexed text of a row: its lines, each with a line break at both ends.

The last line has two line breaks behind it, so that its last letter begins a trigram as well.
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
"""A covering index for filters that trigrams cannot help; a third of the table's size."""
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
    """Create the index in the transaction of `connection`; return False if the database cannot."""
    postgres = connection.dialect.name == "postgresql"
    try:
        with connection.begin_nested():
            for statement in _POSTGRES if postgres else _SQLITE:
                connection.execute(text(statement))
    except DBAPIError:
        return False
    return True


def add_missing_index(store: Store) -> None:
    """Create the index in a book that has none, because its server could not create it earlier.

    Raises:
        StoreError: the book cannot be written.
    """
    plain = store.connect()
    try:
        has_index = plain.has_table(TABLE)
    finally:
        plain.close()
    if not has_index:
        with explained(store.database), store.writing_engine.begin() as connection:
            index_words(connection)
