"""Tells Alembic which connection and which tables; run by `models.upgrade` only."""

from alembic import context
from sqlmodel import SQLModel

from models import accounts, agreements, customers, drafts, history, outbox  # noqa: F401 - fill SQLModel.metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
context.run_migrations()
