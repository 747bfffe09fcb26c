"""Run SQL on a book directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from partnerdesk.models.settings.database_url import PostgresServer

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.database_url import Database


OUTBOX_OF_SCHEMA_6 = tuple(
    f"ALTER TABLE outbox RENAME COLUMN {new} TO {old}"
    for new, old in (("channel", "method"), ("operation", "path"), ("arguments", "body"))
)
"""Statements that rename the columns of the outbox back to their names in schema version 6."""


def run(store: Store, *statements: str) -> None:
    with store.writing_engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def rows(store: Store, statement: str) -> list[tuple[Any, ...]]:
    connection = store.connect()
    try:
        return connection.rows(statement)
    finally:
        connection.close()


def address(database: Database) -> str:
    return database.address if isinstance(database, PostgresServer) else str(database.path)
