"""Whether a change was undone, kept beside it and not counted anew from all the undos."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    from partnerdesk.models.changes.undo_state import standing_undos

    op.add_column('changes', sa.Column('undone_by', sa.Integer(), nullable=True))
    op.create_index(
        'changes_undone', 'changes', ['id'], unique=False,
        sqlite_where=sa.text('undone_by IS NOT NULL'), postgresql_where=sa.text('undone_by IS NOT NULL'),
    )
    connection = op.get_bind()
    undos = connection.execute(sa.text('SELECT id, undoes FROM changes WHERE undoes IS NOT NULL ORDER BY id DESC'))
    undone = [{'of': of, 'by': by} for of, by in standing_undos((row[0], row[1]) for row in undos).items()]
    if undone:
        connection.execute(sa.text('UPDATE changes SET undone_by = :by WHERE id = :of'), undone)
