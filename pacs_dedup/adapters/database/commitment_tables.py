"""Tables of storage commitment: what peers asked of us, and what we asked of destinations.

Nothing here is ever deleted.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from pacs_dedup.adapters.database.column_types import AnyText, RowId, UtcTime
from pacs_dedup.adapters.database.tables import metadata

commitment_batches = Table(
    "commitment_batches",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("destination", AnyText, nullable=False),
    Column("collected_at", UtcTime, nullable=False),
    sqlite_strict=True,
)

commitment_transactions = Table(
    "commitment_transactions",
    metadata,
    Column("transaction_uid", AnyText, primary_key=True),
    Column("batch_id", RowId, ForeignKey("commitment_batches.id"), nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    sqlite_strict=True,
)

commitment_items = Table(
    "commitment_items",
    metadata,
    Column("destination", AnyText, primary_key=True),
    Column("blob_id", Text, primary_key=True),
    Column("arrival_id", RowId, nullable=False, comment="whose sending the destination acknowledged last"),
    Column("attempt", Integer, nullable=False),
    Column("sop_class_uid", AnyText, nullable=False),
    Column("sop_instance_uid", AnyText, nullable=False),
    Column("sent_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Integer, comment="Failure Reason (0008,1197)"),
    Column("settled_at", UtcTime),
    Column("batch_id", RowId, ForeignKey("commitment_batches.id")),
    Index("ix_commitment_items_batch", "batch_id"),
    Index("ix_commitment_items_named", "sop_instance_uid", "destination"),
    sqlite_strict=True,
)
WAITING = text("state = 'waiting'")
Index(
    "ix_commitment_items_waiting",
    commitment_items.c.destination,
    commitment_items.c.sent_at,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
)

commitment_requests = Table(
    "commitment_requests",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("requester", AnyText, nullable=False),
    Column("transaction_uid", AnyText, nullable=False),
    Column("content_hash", LargeBinary, nullable=False, comment="BLAKE3-256 of the references in their order"),
    Column("peer_address", AnyText, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("round", Integer, nullable=False),
    Column("answered_at", UtcTime),
    Column("reported_at", UtcTime),
    Column("given_up_at", UtcTime),
    UniqueConstraint("requester", "transaction_uid", "content_hash"),
    sqlite_strict=True,
)
UNTOLD = text("reported_at IS NULL")
Index("ix_commitment_requests_untold", commitment_requests.c.id, sqlite_where=UNTOLD, postgresql_where=UNTOLD)

commitment_references = Table(
    "commitment_references",
    metadata,
    Column("request_id", RowId, ForeignKey("commitment_requests.id"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("sop_class_uid", AnyText, nullable=False),
    Column("sop_instance_uid", AnyText, nullable=False),
    Column("reason", Integer, comment="Failure Reason (0008,1197) of the current round, once it is answered"),
    sqlite_strict=True,
)
