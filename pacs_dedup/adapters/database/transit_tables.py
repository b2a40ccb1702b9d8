"""Tables of plans by which contents leave the transit store. Nothing here is ever deleted."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, text

from pacs_dedup.adapters.database.column_types import AnyText, RowId, UtcTime
from pacs_dedup.adapters.database.tables import arrivals, metadata

_Bytes = BigInteger().with_variant(Integer(), "sqlite")

Index("ix_arrivals_blob", arrivals.c.blob_id)

release_plans = Table(
    "release_plans",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("token", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("instances", Integer, nullable=False),
    Column("size_bytes", _Bytes, nullable=False),
    Column("staying", Text, nullable=False, comment="JSON: reason, instances, bytes"),
    Column("approved_by", AnyText, nullable=False),
    Column("approved_at", UtcTime),
    Column("finished_at", UtcTime),
    sqlite_strict=True,
)

release_items = Table(
    "release_items",
    metadata,
    Column("plan_id", RowId, ForeignKey("release_plans.id"), primary_key=True, autoincrement=False),
    Column("blob_id", Text, primary_key=True),
    Column("size_bytes", _Bytes, nullable=False),
    Column("state", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("settled_at", UtcTime),
    sqlite_strict=True,
)
IS_RELEASED = text("state = 'released'")
Index(
    "ix_release_items_released",
    release_items.c.blob_id,
    release_items.c.settled_at,
    sqlite_where=IS_RELEASED,
    postgresql_where=IS_RELEASED,
)
