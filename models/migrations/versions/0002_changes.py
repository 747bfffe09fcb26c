"""Plans and their history in a chain of hashes, agreements, drafts, the outbox."""

import sqlalchemy as sa
from alembic import op

from partnerdesk.models.database.column_types import Moment, SortedText

revision = '0002'
down_revision = '0001'

NEW_COLUMNS = {
    'client': sa.String(),
    'subject': SortedText(),
    'why': sa.Text(),
    'plan': sa.Text(),
    'result': sa.String(),
    'search_text': sa.Text(),
    'previous': sa.String(),
    'digest': sa.String(),
}
DEFAULTS = {'plan': "'{}'", 'result': "'done'"}


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    for name, kind in NEW_COLUMNS.items():
        op.add_column('changes', sa.Column(name, kind, nullable=False, server_default=sa.text(DEFAULTS.get(name, "''"))))
    op.add_column('changes', sa.Column('plan_id', sa.String(), nullable=True))
    op.add_column('changes', sa.Column('undoes', sa.Integer(), nullable=True))
    if op.get_bind().dialect.name == 'postgresql':
        op.alter_column('changes', 'actor', type_=SortedText(), existing_nullable=False)
    op.create_index('changes_by_actor', 'changes', ['actor', 'id'], unique=False)
    op.create_index('changes_by_subject', 'changes', ['subject', 'id'], unique=False)
    op.create_index('ix_changes_account_id', 'changes', ['account_id'], unique=False)
    op.create_index('ix_changes_plan_id', 'changes', ['plan_id'], unique=True)
    op.create_index('ix_changes_undoes', 'changes', ['undoes'], unique=False)
    op.create_index(
        'ix_company_profiles_organization_registration_number', 'company_profiles',
        ['organization_registration_number'], unique=False,
    )

    op.create_table('history_head',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('last_id', sa.Integer(), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('agreements',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('way', sa.Enum('attested', 'by_customer', name='agreementway', native_enum=False, length=32), nullable=False),
    sa.Column('first_name', sa.String(), nullable=False),
    sa.Column('last_name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('phone_number', sa.String(), nullable=False),
    sa.Column('date_agreed', Moment(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], ),
    sa.PrimaryKeyConstraint('customer_id')
    )
    op.create_table('customer_drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.String(), nullable=False),
    sa.Column('fields', sa.Text(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('author', sa.String(), nullable=False),
    sa.Column('host', sa.String(), nullable=False),
    sa.Column('begun_at', Moment(), server_default='0', nullable=False),
    sa.Column('changed_at', Moment(), server_default='0', nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['partner_accounts.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_customer_drafts_account_id', 'customer_drafts', ['account_id'], unique=False)
    op.create_index('ix_customer_drafts_plan_id', 'customer_drafts', ['plan_id'], unique=True)
    op.create_table('outbox',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('change_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('request_id', sa.String(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'sending', 'sent', 'confirmed', 'failed', 'gave_up', name='callstate', native_enum=False, length=32), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('changed_at', Moment(), server_default='0', nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['partner_accounts.id'], ),
    sa.ForeignKeyConstraint(['change_id'], ['changes.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_outbox_change_id', 'outbox', ['change_id'], unique=False)
    op.create_index('outbox_by_state', 'outbox', ['state', 'id'], unique=False)
    op.create_index('ix_outbox_request_id', 'outbox', ['request_id'], unique=True)
    seal_what_is_there()


def seal_what_is_there() -> None:
    """Put the entries that older programs wrote into the chain."""
    from partnerdesk.models.changes.history import History

    connection = op.get_bind()
    changes = sa.table('changes', *(sa.column(name) for name in (
        'id', 'at', 'actor', 'host', 'client', 'kind', 'account_id', 'customer_id', 'subject', 'why',
        'before', 'after', 'plan', 'plan_id', 'undoes', 'result', 'search_text', 'previous', 'digest',
    )))
    found = connection.execute(sa.text('SELECT id, company_name FROM customers WHERE id IN (SELECT customer_id FROM changes)'))
    names: dict[int, str] = {row[0]: row[1] for row in found}
    history = History(0, 0, '')
    statement = (
        sa.update(changes).where(changes.c.id == sa.bindparam('of'))
        .values({name: sa.bindparam(f'new_{name}') for name in ('subject', 'search_text', 'previous', 'digest')})
    )
    rows = connection.execute(sa.select(changes).order_by(changes.c.id)).mappings().all()
    sealed = []
    for row in rows:
        history.last_id = row['id'] - 1
        full = history.sealed({**row, 'subject': names.get(row['customer_id'], '')})
        sealed.append({'of': row['id']} | {f'new_{name}': full[name] for name in ('subject', 'search_text', 'previous', 'digest')})
    if sealed:
        connection.execute(statement, sealed)
    head = sa.table('history_head', *(sa.column(name) for name in ('id', 'last_id', 'entries', 'digest')))
    connection.execute(head.insert().values(id=1, last_id=history.last_id, entries=history.entries, digest=history.digest))
