"""Alembic's entry: migrates over the connection that it is given, inside that connection's transaction."""

from alembic import context

from pacs_dedup.adapters.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
