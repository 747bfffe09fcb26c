"""The book: accounts customers tags notes history."""

import sqlalchemy as sa
from alembic import op

from partnerdesk.models.database.column_types import Moment, SortedText

revision = '0001'
down_revision = None


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    op.create_table('partner_accounts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cloud', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('tenant_id', sa.String(), nullable=False),
    sa.Column('mpn_id', sa.String(), nullable=False),
    sa.Column('market', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum('direct_bill', 'indirect_provider', 'indirect_reseller', name='partnerkind', native_enum=False, length=32), nullable=False),
    sa.Column('connected', sa.Boolean(), nullable=False),
    sa.Column('synced_at', Moment(), server_default='0', nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_partner_accounts_cloud', 'partner_accounts', ['cloud'], unique=False)

    op.create_table('changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', Moment(), server_default='0', nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('host', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum('imported', 'added', 'updated', 'tagged', 'noted', 'demo', name='changekind', native_enum=False, length=32), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('before', sa.Text(), nullable=False),
    sa.Column('after', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['partner_accounts.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_changes_customer_id', 'changes', ['customer_id'], unique=False)

    op.create_table('customers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('microsoft_id', sa.String(), nullable=True),
    sa.Column('company_name', sa.String(), nullable=False),
    sa.Column('primary_domain', SortedText(), nullable=False),
    sa.Column('relationship_to_partner', sa.Enum('reseller', 'advisor', 'syndication', 'microsoft_support', 'none', 'unknown', name='relationship', native_enum=False, length=32), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.Column('indirect_reseller', sa.String(), nullable=False),
    sa.Column('allow_delegated_access', sa.Boolean(), nullable=True),
    sa.Column('agreement_accepted_at', Moment(), server_default='0', nullable=False),
    sa.Column('added_at', Moment(), server_default='0', nullable=False),
    sa.Column('seen_at', Moment(), server_default='0', nullable=False),
    sa.Column('ended_at', Moment(), server_default='0', nullable=False),
    sa.Column('added_by_change', sa.Integer(), nullable=True),
    sa.Column('company_sort', SortedText(), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['partner_accounts.id'], ),
    sa.ForeignKeyConstraint(['added_by_change'], ['changes.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('account_id', 'microsoft_id')
    )
    op.create_index('customers_by_added', 'customers', ['account_id', 'added_at', 'id'], unique=False)
    op.create_index('customers_by_company', 'customers', ['account_id', 'company_sort', 'id'], unique=False)
    op.create_index('customers_by_country', 'customers', ['account_id', 'country', 'id'], unique=False)
    op.create_index('customers_by_domain', 'customers', ['account_id', 'primary_domain', 'id'], unique=False)
    op.create_index('customers_by_relationship', 'customers', ['account_id', 'relationship_to_partner', 'id'], unique=False)
    op.create_index('customers_by_seen', 'customers', ['account_id', 'seen_at', 'id'], unique=False)

    op.create_table('billing_profiles',
    sa.Column('address_line1', sa.String(), nullable=False),
    sa.Column('address_line2', sa.String(), nullable=False),
    sa.Column('city', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('postal_code', sa.String(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.Column('phone_number', sa.String(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('company_name', sa.String(), nullable=False),
    sa.Column('first_name', sa.String(), nullable=False),
    sa.Column('last_name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('culture', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], ),
    sa.PrimaryKeyConstraint('customer_id')
    )
    op.create_table('company_profiles',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('organization_registration_number', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], ),
    sa.PrimaryKeyConstraint('customer_id')
    )
    op.create_table('notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('author', sa.String(), nullable=False),
    sa.Column('written_at', Moment(), server_default='0', nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_notes_customer_id', 'notes', ['customer_id'], unique=False)

    op.create_table('tags',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], ),
    sa.PrimaryKeyConstraint('customer_id', 'name')
    )
    op.create_index('ix_tags_name', 'tags', ['name'], unique=False)
