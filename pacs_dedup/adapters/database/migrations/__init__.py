"""The schema's history; Alembic runs it when a database is opened."""
