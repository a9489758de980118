"""Alembic's entry: runs the migrations on the connection that `service.storage.migrate` hands over."""

from alembic import context

from service.storage import desk_tables  # noqa: F401 - its tables belong to the metadata too
from service.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
