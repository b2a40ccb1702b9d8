"""The tables of the audit log. Triggers of the migration refuse to change or delete a row of ``audit_log``."""

from sqlalchemy import CheckConstraint, Column, Index, Table, Text

from pacs_dedup.adapters.database.column_types import AnyText, RowId, UtcTime
from pacs_dedup.adapters.database.tables import metadata

audit_log = Table(
    "audit_log",
    metadata,
    Column("sequence", RowId, primary_key=True, autoincrement=False),
    Column("event_id", Text, nullable=False, unique=True),
    Column("at", UtcTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", AnyText, nullable=False),
    Column("address", AnyText, nullable=False),
    Column("subject", AnyText, nullable=False),
    Column("detail", Text, nullable=False),  # canonical JSON of everything else that the digest is made of
    Column("previous_hash", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("seal", Text, nullable=False),
    CheckConstraint("sequence > 0", name="sequence_counts_from_one"),
    Index("ix_audit_log_at", "at"),
    sqlite_strict=True,
)

audit_deliveries = Table(
    "audit_deliveries",
    metadata,
    Column("receiver", Text, primary_key=True),
    Column("sent", RowId, nullable=False),  # number of the last entry that it was sent
    Column("lease", Text),
    Column("lease_until", UtcTime),
    sqlite_strict=True,
)
