"""A run or an import is one entry of the history, and its rows are parts of it."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    op.add_column('changes', sa.Column('part_of', sa.Integer(), nullable=False, server_default=sa.text('0')))
    op.add_column('runs', sa.Column('change_id', sa.Integer(), nullable=True))
    op.create_index('ix_runs_change_id', 'runs', ['change_id'], unique=False)
    for name in ('changes_by_actor', 'changes_by_subject', 'changes_undone'):
        op.drop_index(name, 'changes')
    op.create_index('changes_by_part', 'changes', ['part_of', 'id'], unique=False)
    op.create_index('changes_by_actor', 'changes', ['part_of', 'actor', 'id'], unique=False)
    op.create_index('changes_by_subject', 'changes', ['part_of', 'subject', 'id'], unique=False)
    undone = sa.text('undone_by IS NOT NULL')
    op.create_index(
        'changes_undone', 'changes', ['part_of', 'id'], unique=False, sqlite_where=undone,
        postgresql_where=undone,
    )
    standing = sa.text('undone_by IS NULL AND part_of <> 0')
    op.create_index(
        'changes_standing_parts', 'changes', ['part_of'], unique=False,
        sqlite_where=standing, postgresql_where=standing,
    )
