"""Run SQL on a book directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from partnerdesk.models.settings.database_url import PostgresServer

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.database_url import Database


BOOK_OF_SCHEMA_9 = (
    "DROP TABLE account_syncs",
    "DROP TABLE subscriptions",
    "DROP INDEX customers_by_alias",
    "DROP TABLE snoozes",
    "DROP INDEX agreements_by_way",
    "ALTER TABLE customer_drafts DROP COLUMN name",
    "DROP INDEX ix_outbox_customer_id",
    *(
        f"ALTER TABLE {table} DROP COLUMN {column}"
        for table, columns in {
            "partner_accounts": (
                "client_id", "sign_in_way", "signed_in_as", "signed_in_until", "mfa",
            ),
            "customers": (
                "read_at", "gone_at", "subscriptions_read_at", "subscriptions_missing",
                "alias",
            ),
            "outbox": (
                "customer_id", "http_status", "correlation_id", "code", "request", "response",
                "found", "not_before",
            ),
        }.items()
        for column in columns
    ),
)  # fmt: skip
"""Statements that take away what schema version 10 added."""

OUTBOX_OF_SCHEMA_6 = tuple(
    f"ALTER TABLE outbox RENAME COLUMN {new} TO {old}"
    for new, old in (("channel", "method"), ("operation", "path"), ("arguments", "body"))
)
"""Statements that rename the columns of the outbox back to their names in schema version 6."""

CHANGES_OF_SCHEMA_7 = (
    *BOOK_OF_SCHEMA_9,
    *(
        f"DROP INDEX {name}"
        for name in (
            "changes_by_part", "changes_by_actor", "changes_by_subject", "changes_undone",
            "changes_standing_parts", "ix_runs_change_id", "invitations_by_state",
        )
    ),
    "ALTER TABLE changes DROP COLUMN part_of",
    "ALTER TABLE runs DROP COLUMN change_id",
    "CREATE INDEX changes_by_actor ON changes (actor, id)",
    "CREATE INDEX changes_by_subject ON changes (subject, id)",
    "CREATE INDEX changes_undone ON changes (id) WHERE undone_by IS NOT NULL",
)  # fmt: skip
"""Statements that make the history of schema version 7 again: no rows of runs in it."""


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
