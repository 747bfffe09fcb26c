"""Lists of a million: each order read from its index alone, and an index of words, not of GUIDs."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'

ORDERS = {
    'company': 'company_sort', 'domain': 'primary_domain', 'country': 'country',
    'relationship': 'relationship_to_partner', 'seen': 'seen_at', 'added': 'added_at',
}
TOLD_BY_ORDER = ('ended_at', 'country', 'relationship_to_partner')


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    from partnerdesk.models.database.search_index import index_words

    for name, column in ORDERS.items():
        columns = list(dict.fromkeys(['account_id', column, 'id', *TOLD_BY_ORDER]))
        op.drop_index(f'customers_by_{name}', 'customers')
        op.create_index(f'customers_by_{name}', 'customers', columns, unique=False)
    trim, line = ('trim', 'char') if op.get_bind().dialect.name == 'sqlite' else ('btrim', 'chr')
    op.execute(
        f"UPDATE customers SET search_text = {trim}(replace({line}(10) || search_text || {line}(10), "
        f"{line}(10) || microsoft_id || {line}(10), {line}(10)), {line}(10)) "
        'WHERE microsoft_id IS NOT NULL'
    )
    index_words(op.get_bind())
