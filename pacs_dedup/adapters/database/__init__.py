"""SQLAlchemy Core and Alembic: one code for SQLite (embedded) and PostgreSQL.

`opening.open_database` gives the five ports; each has its module, `tables` has the schema and `engine` the
transactions.
"""

from pacs_dedup.adapters.database.opening import Database, open_database

__all__ = ["Database", "open_database"]
