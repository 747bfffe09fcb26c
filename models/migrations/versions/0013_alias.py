"""Customers can have a name of the partner's own."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    op.add_column("customers", sa.Column("alias", sa.String(), server_default="", nullable=False))
    op.create_index(
        "customers_by_alias",
        "customers",
        ["account_id", "alias"],
        sqlite_where=sa.text("alias <> ''"),
        postgresql_where=sa.text("alias <> ''"),
    )
