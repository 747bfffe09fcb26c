"""The overview counts invitations by state, and delegated admin by its end, from indexes alone."""

from alembic import op

revision = '0009'
down_revision = '0008'


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    op.create_index(
        'invitations_by_state', 'invitations', ['account_id', 'state', 'reminded_at', 'sent_at'],
        unique=False,
    )
    op.drop_index('delegated_admin_by_end', 'delegated_admin_relationships')
    op.create_index(
        'delegated_admin_by_end', 'delegated_admin_relationships',
        ['account_id', 'ends_sort', 'id', 'auto_extend_duration'], unique=False,
    )
