"""SQLAlchemy Core and Alembic: one code for SQLite (embedded) and PostgreSQL."""
