"""Tables of forwarding: how it failed. Nothing here is ever deleted."""

from sqlalchemy import Column, Integer, Table, Text

from pacs_dedup.adapters.database.column_types import AnyText, RowId, UtcTime
from pacs_dedup.adapters.database.tables import metadata

failed_forwards = Table(
    "failed_forwards",
    metadata,
    Column("destination", AnyText, primary_key=True),
    Column("arrival_id", RowId, primary_key=True, autoincrement=False),
    Column("trouble", Text, nullable=False),
    Column("cause", AnyText, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failed_at", UtcTime, nullable=False),
    Column("requeued_at", UtcTime),
    sqlite_strict=True,
)
