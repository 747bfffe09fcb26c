"""The relationship manager: invitations, lives, partners, delegated admin, letters, runs."""

import sqlalchemy as sa
from alembic import op

from partnerdesk.models.database.column_types import Moment, SortedText

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    for name in ('invitation_link', 'combined_invitation_link'):
        op.add_column('partner_accounts', sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")))
    if op.get_bind().dialect.name == 'postgresql':
        op.alter_column('customers', 'indirect_reseller', type_=SortedText(), existing_nullable=False)
    op.create_index(
        'customers_by_end', 'customers', ['account_id', 'ended_at', 'id'], unique=False,
        sqlite_where=sa.text('ended_at <> 0'), postgresql_where=sa.text('ended_at <> 0'),
    )
    op.create_index(
        'customers_by_reseller', 'customers', ['account_id', 'indirect_reseller'], unique=False,
        sqlite_where=sa.text("indirect_reseller <> ''"), postgresql_where=sa.text("indirect_reseller <> ''"),
    )

    op.create_table('invitations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('company_name', sa.String(), nullable=False),
    sa.Column('contact', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('microsoft_id', sa.String(), nullable=True),
    sa.Column('primary_domain', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum('reseller', 'combined', name='invitationkind', native_enum=False, length=32), nullable=False),
    sa.Column('delegated_admin', sa.Boolean(), nullable=False),
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('link', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'sent', 'reminded', 'accepted', 'declined', 'lapsed', 'withdrawn', name='invitationstate', native_enum=False, length=32), nullable=False),
    sa.Column('how', sa.Enum('', 'clipboard', 'eml', 'smtp', 'printed', 'portal', name='sentby', native_enum=False, length=32), nullable=False),
    sa.Column('related_before', sa.Boolean(), nullable=False),
    sa.Column('created_at', Moment(), server_default='0', nullable=False),
    sa.Column('created_by', sa.String(), nullable=False),
    sa.Column('sent_at', Moment(), server_default='0', nullable=False),
    sa.Column('sent_by', sa.String(), nullable=False),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.Column('reminded_at', Moment(), server_default='0', nullable=False),
    sa.Column('next_at', Moment(), server_default='0', nullable=False),
    sa.Column('closed_at', Moment(), server_default='0', nullable=False),
    sa.Column('name_sort', SortedText(), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['partner_accounts.id'], ),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('invitations_by_company', 'invitations', ['account_id', 'name_sort', 'id'], unique=False)
    op.create_index('invitations_by_next', 'invitations', ['account_id', 'next_at', 'id'], unique=False)
    op.create_index('invitations_by_sent', 'invitations', ['account_id', 'sent_at', 'id'], unique=False)
    op.create_index('ix_invitations_customer_id', 'invitations', ['customer_id'], unique=False)
    op.create_table('reseller_relationships',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('invitation_id', sa.Integer(), nullable=True),
    sa.Column('relationship_to_partner', sa.String(), nullable=False),
    sa.Column('began_at', Moment(), server_default='0', nullable=False),
    sa.Column('ended_at', Moment(), server_default='0', nullable=False),
    sa.Column('ended_by', sa.String(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['invitation_id'], ['invitations.id'], ),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_reseller_relationships_customer_id', 'reseller_relationships', ['customer_id'], unique=False)
    op.create_index('ix_reseller_relationships_invitation_id', 'reseller_relationships', ['invitation_id'], unique=False)
    op.create_table('partner_links',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('microsoft_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('mpn_id', SortedText(), nullable=False),
    sa.Column('location', sa.String(), nullable=False),
    sa.Column('relationship_type', sa.Enum('none', 'is_indirect_reseller_of', 'is_indirect_cloud_solution_provider_of', name='partnerrelation', native_enum=False, length=38), nullable=False),
    sa.Column('state', sa.Enum('active', 'ended', name='partnerstate', native_enum=False, length=32), nullable=False),
    sa.Column('agreement_signed', sa.Boolean(), nullable=True),
    sa.Column('since', Moment(), server_default='0', nullable=False),
    sa.Column('ended_at', Moment(), server_default='0', nullable=False),
    sa.Column('name_sort', SortedText(), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['partner_accounts.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('partner_links_by_mpn', 'partner_links', ['account_id', 'mpn_id', 'id'], unique=False)
    op.create_index('partner_links_by_name', 'partner_links', ['account_id', 'name_sort', 'id'], unique=False)
    op.create_table('delegated_admin_relationships',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('microsoft_id', sa.String(), nullable=False),
    sa.Column('display_name', sa.String(), nullable=False),
    sa.Column('roles', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('created', 'approvalPending', 'approved', 'activating', 'active', 'expiring', 'expired', 'terminationRequested', 'terminating', 'terminated', name='delegatedadminstate', native_enum=False, length=32), nullable=False),
    sa.Column('duration', sa.String(), nullable=False),
    sa.Column('auto_extend_duration', sa.String(), nullable=False),
    sa.Column('requested_at', Moment(), server_default='0', nullable=False),
    sa.Column('activated_date_time', Moment(), server_default='0', nullable=False),
    sa.Column('end_date_time', Moment(), server_default='0', nullable=False),
    sa.Column('ends_sort', Moment(), server_default='0', nullable=False),
    sa.Column('name_sort', SortedText(), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['partner_accounts.id'], ),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('delegated_admin_by_end', 'delegated_admin_relationships', ['account_id', 'ends_sort', 'id'], unique=False)
    op.create_index('delegated_admin_by_name', 'delegated_admin_relationships', ['account_id', 'name_sort', 'id'], unique=False)
    op.create_index('ix_delegated_admin_relationships_customer_id', 'delegated_admin_relationships', ['customer_id'], unique=False)
    op.create_table('letter_templates',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['partner_accounts.id'], ),
    sa.PrimaryKeyConstraint('account_id', 'kind', 'language')
    )
    op.create_table('runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('extend', 'name_reseller', 'invite', name='runkind', native_enum=False, length=32), nullable=False),
    sa.Column('wishes', sa.Text(), nullable=False),
    sa.Column('asked', sa.Text(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('begun_at', Moment(), server_default='0', nullable=False),
    sa.Column('finished_at', Moment(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['partner_accounts.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_runs_account_id', 'runs', ['account_id'], unique=False)
    op.create_table('run_rows',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('plan_id', sa.String(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'done', 'nothing', 'refused', 'failed', name='rowstate', native_enum=False, length=32), nullable=False),
    sa.Column('told', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['runs.id'], ),
    sa.UniqueConstraint('plan_id'),
    sa.PrimaryKeyConstraint('run_id', 'place')
    )
