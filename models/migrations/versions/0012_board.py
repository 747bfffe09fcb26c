"""Items of the board can be put off; drafts have their name as a column."""

import json

import sqlalchemy as sa
from alembic import op
from partnerdesk.models.database.column_types import Moment

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    op.create_table(
        "snoozes",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("until", Moment(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("snoozed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["partner_accounts.id"]),
        sa.PrimaryKeyConstraint("kind", "record_id"),
    )
    op.create_index("ix_snoozes_account_id", "snoozes", ["account_id"])
    op.create_index("agreements_by_way", "agreements", ["way", "date_agreed", "customer_id"])
    op.add_column(
        "customer_drafts", sa.Column("name", sa.String(), server_default="", nullable=False)
    )
    _name_drafts()


def _name_drafts() -> None:
    """Fill the names of the drafts in, from what was typed."""
    book = op.get_bind()
    drafts = sa.table("customer_drafts", sa.column("id"), sa.column("fields"), sa.column("name"))
    for id, text in book.execute(sa.select(drafts.c.id, drafts.c.fields)).all():
        try:
            typed = json.loads(text)
        except ValueError:  # another program damaged the row
            continue
        if isinstance(typed, dict) and (
            name := typed.get("company_name") or typed.get("domain_prefix")
        ):
            storable = str(name).replace("\0", "").encode("utf-8", "replace").decode()
            book.execute(sa.update(drafts).where(drafts.c.id == id).values(name=storable))
