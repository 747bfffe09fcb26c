"""Lists of a million: each order read from its index alone, and an index of words."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'

ORDERS = {
    'company': 'company_sort', 'domain': 'primary_domain', 'country': 'country',
    'relationship': 'relationship_to_partner', 'seen': 'seen_at', 'added': 'added_at',
}


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    from models.indexing import index_words

    for name, column in ORDERS.items():
        op.drop_index(f'customers_by_{name}', 'customers')
        op.create_index(
            f'customers_by_{name}', 'customers', ['account_id', column, 'id', 'ended_at'], unique=False
        )
    index_words(op.get_bind())
