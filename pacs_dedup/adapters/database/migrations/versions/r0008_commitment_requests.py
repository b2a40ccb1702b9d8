"""What peers asked us to commit to, and what they were answered."""

import sqlalchemy as sa
from alembic import op

from pacs_dedup.adapters.database.column_types import AnyText, RowId, UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_UNTOLD = sa.text("reported_at IS NULL")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "commitment_requests",
        sa.Column("id", RowId, nullable=False),
        sa.Column("requester", AnyText(), nullable=False),
        sa.Column("transaction_uid", AnyText(), nullable=False),
        sa.Column(
            "content_hash", sa.LargeBinary(), nullable=False, comment="BLAKE3-256 of the references in their order"
        ),
        sa.Column("peer_address", AnyText(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("answered_at", UtcTime()),
        sa.Column("reported_at", UtcTime()),
        sa.Column("given_up_at", UtcTime()),
        sa.PrimaryKeyConstraint("id", name="pk_commitment_requests"),
        sa.UniqueConstraint(
            "requester",
            "transaction_uid",
            "content_hash",
            name="uq_commitment_requests_requester_transaction_uid_content_hash",
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_commitment_requests_untold",
        "commitment_requests",
        ["id"],
        sqlite_where=_UNTOLD,
        postgresql_where=_UNTOLD,
    )
    op.create_table(
        "commitment_references",
        sa.Column("request_id", RowId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sop_class_uid", AnyText(), nullable=False),
        sa.Column("sop_instance_uid", AnyText(), nullable=False),
        sa.Column(
            "reason", sa.Integer(), comment="Failure Reason (0008,1197) of the current round, once it is answered"
        ),
        sa.PrimaryKeyConstraint("request_id", "position", name="pk_commitment_references"),
        sa.ForeignKeyConstraint(["request_id"], ["commitment_requests.id"], name="fk_commitment_references_request_id"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Refuse: going back would forget what we have committed to."""
    raise NotImplementedError("restore a backup that the older version made")
