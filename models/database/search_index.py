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
from partnerdesk.models.database.foreign import LINES, TRIGGERS, WORDS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from partnerdesk.models.database.store import Store

TABLE = WORDS
"""The name of the index, on both databases."""
_FILL = (
    f"INSERT INTO {TABLE} (rowid, words) "  # noqa: S608
    f"SELECT id, {LINES.format('customers')} FROM customers"
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
    *TRIGGERS,
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
