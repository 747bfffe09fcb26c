"""The versions of a book's schema: those that are known, and the one that a book has."""

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
    """Return the version of a database's schema, empty where it has none yet.

    Raises:
        StoreError: it is of a newer program, or some other program's.
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
            # In a file of its own a book is alone; on a server others may be in the same schema.
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
