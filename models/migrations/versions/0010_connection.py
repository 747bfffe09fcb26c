"""Accounts are connected to Partner Center, and customers say when it told of them."""

import sqlalchemy as sa
from alembic import op
from partnerdesk.models.database.column_types import Moment

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    with op.batch_alter_table("partner_accounts") as table:
        table.add_column(sa.Column("client_id", sa.String(), server_default="", nullable=False))
        table.add_column(
            sa.Column("sign_in_way", sa.String(length=32), server_default="device", nullable=False)
        )
        table.add_column(sa.Column("signed_in_as", sa.String(), server_default="", nullable=False))
        table.add_column(sa.Column("signed_in_until", Moment(), server_default="0", nullable=False))
        table.add_column(sa.Column("mfa", sa.Boolean(), nullable=True))
    op.add_column("customers", sa.Column("read_at", Moment(), server_default="0", nullable=False))
    op.add_column("customers", sa.Column("gone_at", Moment(), server_default="0", nullable=False))
    op.add_column("outbox", sa.Column("customer_id", sa.Integer(), nullable=True))
    op.add_column("outbox", sa.Column("http_status", sa.Integer(), nullable=True))
    for name in ("correlation_id", "code"):
        op.add_column("outbox", sa.Column(name, sa.String(), server_default="", nullable=False))
    for name in ("request", "response", "found"):
        op.add_column("outbox", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("outbox", sa.Column("not_before", Moment(), server_default="0", nullable=False))
    op.create_index("ix_outbox_customer_id", "outbox", ["customer_id"])
    op.execute(
        "UPDATE outbox SET customer_id = "
        "(SELECT c.customer_id FROM changes AS c WHERE c.id = outbox.change_id)"
    )
    op.create_table(
        "account_syncs",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), server_default="", nullable=False),
        sa.Column("lease_until", Moment(), server_default="0", nullable=False),
        sa.Column("phase", sa.String(length=32), server_default="done", nullable=False),
        sa.Column("trouble", sa.String(length=32), server_default="none", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", Moment(), server_default="0", nullable=False),
        sa.Column("listed_at", Moment(), server_default="0", nullable=False),
        sa.Column("finished_at", Moment(), server_default="0", nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("gone", sa.Integer(), server_default="0", nullable=False),
        sa.Column("calls_left", sa.Integer(), nullable=True),
        sa.Column("expected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("whole_at", Moment(), server_default="0", nullable=False),
        sa.Column("activity_day", sa.String(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["partner_accounts.id"]),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"]),
        sa.PrimaryKeyConstraint("account_id"),
    )
