"""Tells Alembic which connection to use; run by `models.database.upgrade` only."""

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    render_as_batch=True,
    on_version_apply=attributes["on_version_apply"],
)
context.run_migrations()
