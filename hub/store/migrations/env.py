"""Alembic's entry point: runs migrations on the connection that `hub.store.database` hands over."""

from alembic import context
from sqlmodel import SQLModel

import hub.store.tables  # noqa: F401  (registers the tables)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
