"""Judgements are looked up by the prior study too."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_judgements_prior", "judgements", ["prior"])


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_judgements_prior", "judgements")
