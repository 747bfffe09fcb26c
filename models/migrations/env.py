"""Tells Alembic which connection and which tables; run by `models.database.upgrade` only."""

from alembic import context
from sqlmodel import SQLModel

from partnerdesk.models.accounts import entities as accounts  # noqa: F401 - fill SQLModel.metadata
from partnerdesk.models.changes import (
    history,  # noqa: F401 - fill SQLModel.metadata
    outbox,  # noqa: F401 - fill SQLModel.metadata
)
from partnerdesk.models.customers import (
    agreements,  # noqa: F401 - fill SQLModel.metadata
    drafts,  # noqa: F401 - fill SQLModel.metadata
)
from partnerdesk.models.customers import entities as customers  # noqa: F401 - fill SQLModel.metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
context.run_migrations()
