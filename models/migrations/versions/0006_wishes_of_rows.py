"""Runs that make records: each row keeps what is said of the record that it makes."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    """Bring the schema from the version before to this one."""
    op.add_column('run_rows', sa.Column('wish', sa.Text(), nullable=False, server_default=sa.text("''")))
