"""What destinations were sent and asked to commit to; arrivals are looked up by SOP Instance UID."""

import sqlalchemy as sa
from alembic import op

from pacs_dedup.adapters.database.column_types import AnyText, RowId, UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Create the tables and the index."""
    op.create_index("ix_arrivals_named", "arrivals", ["sop_instance_uid"])
    op.create_table(
        "commitment_batches",
        sa.Column("id", RowId, nullable=False),
        sa.Column("destination", AnyText(), nullable=False),
        sa.Column("collected_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_commitment_batches"),
        sqlite_strict=True,
    )
    op.create_table(
        "commitment_transactions",
        sa.Column("transaction_uid", AnyText(), nullable=False),
        sa.Column("batch_id", RowId, nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("transaction_uid", name="pk_commitment_transactions"),
        sa.ForeignKeyConstraint(["batch_id"], ["commitment_batches.id"], name="fk_commitment_transactions_batch_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "commitment_items",
        sa.Column("destination", AnyText(), nullable=False),
        sa.Column("blob_id", sa.Text(), nullable=False),
        sa.Column("arrival_id", RowId, nullable=False, comment="whose sending the destination acknowledged last"),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("sop_class_uid", AnyText(), nullable=False),
        sa.Column("sop_instance_uid", AnyText(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Integer(), comment="Failure Reason (0008,1197)"),
        sa.Column("settled_at", UtcTime()),
        sa.Column("batch_id", RowId),
        sa.PrimaryKeyConstraint("destination", "blob_id", name="pk_commitment_items"),
        sa.ForeignKeyConstraint(["batch_id"], ["commitment_batches.id"], name="fk_commitment_items_batch_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_commitment_items_batch", "commitment_items", ["batch_id"])
    op.create_index("ix_commitment_items_named", "commitment_items", ["sop_instance_uid", "destination"])
    op.create_index(
        "ix_commitment_items_waiting",
        "commitment_items",
        ["destination", "sent_at"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    """Refuse: going back would forget what archives have committed to."""
    raise NotImplementedError("restore a backup that the older version made")
