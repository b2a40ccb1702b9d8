"""How forwarding failed is kept: dead letters."""

import sqlalchemy as sa
from alembic import op

from pacs_dedup.adapters.database.column_types import AnyText, RowId, UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "failed_forwards",
        sa.Column("destination", AnyText(), nullable=False),
        sa.Column("arrival_id", RowId, autoincrement=False, nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("cause", AnyText(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", UtcTime(), nullable=False),
        sa.Column("requeued_at", UtcTime()),
        sa.PrimaryKeyConstraint("destination", "arrival_id", name="pk_failed_forwards"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Refuse: going back would forget what could not be delivered."""
    raise NotImplementedError("restore a backup that the older version made")
