"""The schema versions that this program knows, and the schema version of a book."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import ForeignError, StoreError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from partnerdesk.models.database.connection import Connection


VERSIONS_FOLDER = Path(__file__).parents[1] / "migrations" / "versions"


def known_versions() -> list[str]:
    """Return the schema versions that this program knows, oldest first."""
    return sorted(file.name.partition("_")[0] for file in VERSIONS_FOLDER.glob("[0-9]*.py"))


def schema_version(connection: Connection) -> str:
    """Return the schema version of a database; empty if it has no schema yet.

    Raises:
        StoreError: the database was written by a newer program, or belongs to another program.
    """
    from_catalogue = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if type(connection).__name__ == "SqliteConnection"
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    tables = {row[0] for row in connection.rows(from_catalogue)}
    if "alembic_version" not in tables:
        own = {"customers", "partner_accounts", "changes"}
        if tables & own or (tables and type(connection).__name__ == "SqliteConnection"):
            # A file holds nothing but the book; a schema on a server may hold other tables as well.
            raise ForeignError(
                _("The database belongs to another program: its tables are none of a book."),
                _("Name another one with --database."),
            )
        return ""
    rows = connection.rows("SELECT version_num FROM alembic_version")
    version = str(rows[0][0]) if rows else ""
    if version and version not in known_versions():
        raise StoreError(
            _("The book was made by a newer partnerdesk (schema {version}).").format(
                version=version
            ),
            _("Update this program, or restore a copy made before the update."),
        )
    return version
