"""Each destination's forwarding waits in a lane of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WAITS_IN_A_LANE = sa.text("done_at IS NULL AND lane <> ''")
_WHERE_THE_ARROW_IS = {"sqlite": sa.func.instr, "postgresql": sa.func.strpos}

_work = sa.table("work", sa.column("step"), sa.column("subject"), sa.column("done_at"), sa.column("lane"))


def upgrade() -> None:
    """Add the column and its index; what is queued already names its destination behind the arrow of its subject."""
    op.add_column("work", sa.Column("lane", sa.Text, nullable=False, server_default=""))
    arrow = _WHERE_THE_ARROW_IS[op.get_bind().dialect.name](_work.c.subject, ">")
    waiting = sa.update(_work).where(_work.c.step == "forward", _work.c.done_at.is_(None))
    op.execute(waiting.values(lane=sa.func.substr(_work.c.subject, arrow + 1)))
    op.create_index(
        "ix_work_lane",
        "work",
        ["step", "lane", "due_at", "id"],
        sqlite_where=_WAITS_IN_A_LANE,
        postgresql_where=_WAITS_IN_A_LANE,
    )


def downgrade() -> None:
    """Drop the index and the column."""
    op.drop_index("ix_work_lane", "work")
    op.drop_column("work", "lane")
