"""Alembic's entry: migrates over the connection that it is given, inside that connection's transaction."""

from alembic import context

from pacs_dedup.adapters.database import audit_tables, commitment_tables, forward_tables, transit_tables
from pacs_dedup.adapters.database.tables import metadata

TABLES = audit_tables, commitment_tables, forward_tables, transit_tables
"""Modules that add their tables to ``metadata``; whoever compares it with a database must have them all."""

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
