"""Each received instance has a receipt, under which it is recorded once."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_RECEIVED = sa.text("receipt <> ''")


def upgrade() -> None:
    """Add the column, empty for what came before, and its index."""
    op.add_column("arrivals", sa.Column("receipt", sa.Text, nullable=False, server_default=""))
    op.create_index(
        "uq_arrivals_receipt",
        "arrivals",
        ["receipt"],
        unique=True,
        sqlite_where=_RECEIVED,
        postgresql_where=_RECEIVED,
    )


def downgrade() -> None:
    """Drop the index and the column."""
    op.drop_index("uq_arrivals_receipt", "arrivals")
    op.drop_column("arrivals", "receipt")
