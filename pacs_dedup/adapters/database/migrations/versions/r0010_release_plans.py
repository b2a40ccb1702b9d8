"""Plans by which contents leave the transit store; arrivals are looked up by content."""

import sqlalchemy as sa
from alembic import op

from pacs_dedup.adapters.database.column_types import AnyText, RowId, UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_IS_RELEASED = sa.text("state = 'released'")


def upgrade() -> None:
    """Create the tables and the indexes."""
    size = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_index("ix_arrivals_blob", "arrivals", ["blob_id"])
    op.create_table(
        "release_plans",
        sa.Column("id", RowId, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.Column("instances", sa.Integer(), nullable=False),
        sa.Column("size_bytes", size, nullable=False),
        sa.Column("staying", sa.Text(), nullable=False, comment="JSON: reason, instances, bytes"),
        sa.Column("approved_by", AnyText(), nullable=False),
        sa.Column("approved_at", UtcTime()),
        sa.Column("finished_at", UtcTime()),
        sa.PrimaryKeyConstraint("id", name="pk_release_plans"),
        sqlite_strict=True,
    )
    op.create_table(
        "release_items",
        sa.Column("plan_id", RowId, autoincrement=False, nullable=False),
        sa.Column("blob_id", sa.Text(), nullable=False),
        sa.Column("size_bytes", size, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("settled_at", UtcTime()),
        sa.PrimaryKeyConstraint("plan_id", "blob_id", name="pk_release_items"),
        sa.ForeignKeyConstraint(["plan_id"], ["release_plans.id"], name="fk_release_items_plan_id"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_release_items_released",
        "release_items",
        ["blob_id", "settled_at"],
        sqlite_where=_IS_RELEASED,
        postgresql_where=_IS_RELEASED,
    )


def downgrade() -> None:
    """Refuse: going back would forget what was let go, and where it is."""
    raise NotImplementedError("restore a backup that the older version made")
