"""Tells Alembic which connection to use; run by `models.database.upgrade` only."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
