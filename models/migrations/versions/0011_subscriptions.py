"""Subscriptions of customers are kept in the book."""

import sqlalchemy as sa
from alembic import op
from partnerdesk.models.database.column_types import Moment, SortedText

revision = "0011"
down_revision = "0010"

_TEXTS = (
    "order_id",
    "offer_id",
    "offer_name",
    "friendly_name",
    "unit_type",
    "status",
    "parent_subscription_id",
    "term_duration",
    "billing_cycle",
    "billing_type",
    "suspension_reasons",
    "partner_id",
    "unit_price",
    "currency",
)
_MOMENTS = (
    "creation_date",
    "effective_start_date",
    "commitment_end_date",
    "cancellation_allowed_until_date",
    "refundable_until",
    "seen_at",
    "gone_at",
    "term_ends_at",
    "renews_sort",
    "window_sort",
)
_INDEXES = {
    "subscriptions_by_renewal": ["account_id", "renews_sort", "id", "status"],
    "subscriptions_by_window": ["account_id", "window_sort", "id", "status"],
    "subscriptions_by_name": ["account_id", "name_sort", "id"],
    "subscriptions_by_quantity": ["account_id", "quantity", "id"],
    "ix_subscriptions_customer_id": ["customer_id"],
}


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("microsoft_id", sa.String(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in _TEXTS),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("auto_renew_enabled", sa.Boolean(), nullable=True),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.Column("refundable_quantity", sa.Integer(), nullable=True),
        sa.Column("scheduled", sa.Text(), nullable=False),
        *(sa.Column(name, Moment(), server_default="0", nullable=False) for name in _MOMENTS),
        sa.Column("name_sort", SortedText(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["partner_accounts.id"]),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "microsoft_id"),
        sqlite_autoincrement=True,
    )
    op.add_column(
        "customers",
        sa.Column("subscriptions_read_at", Moment(), server_default="0", nullable=False),
    )
    op.add_column(
        "customers",
        sa.Column("subscriptions_missing", sa.Integer(), server_default="0", nullable=False),
    )
    for name, columns in _INDEXES.items():
        op.create_index(name, "subscriptions", columns)
