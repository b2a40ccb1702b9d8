"""The audit log, which takes entries and gives none away."""

import sqlalchemy as sa
from alembic import op

from pacs_dedup.adapters.database.column_types import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SAID = "the audit log is append-only"


def upgrade() -> None:
    """Add both tables, and the triggers that refuse every change of an entry."""
    op.create_table(
        "audit_log",
        sa.Column("sequence", _NUMBER, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("event_id", "kind", "actor", "address", "subject")),
        sa.Column("at", UtcTime, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("detail", "previous_hash", "hash", "seal")),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_log"),
        sa.UniqueConstraint("event_id", name="uq_audit_log_event_id"),
        sa.UniqueConstraint("previous_hash", name="uq_audit_log_previous_hash"),
        sa.UniqueConstraint("hash", name="uq_audit_log_hash"),
        sa.CheckConstraint("sequence > 0", name="ck_audit_log_sequence_counts_from_one"),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
    op.create_table(
        "audit_deliveries",
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("sent", _NUMBER, nullable=False),
        sa.Column("lease", sa.Text),
        sa.Column("lease_until", UtcTime),
        sa.PrimaryKeyConstraint("receiver", name="pk_audit_deliveries"),
        sqlite_strict=True,
    )
    for statement in _triggers(op.get_context().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: the entries would be lost."""
    raise NotImplementedError("restore a backup that the older version made")


def _triggers(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER audit_log_no_{what.lower()} BEFORE {what} ON audit_log "
            f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
            for what in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN RAISE EXCEPTION '{_SAID}'; END $$",
        "CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE ON audit_log "
        "FOR EACH ROW EXECUTE FUNCTION audit_log_is_append_only()",
        "CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only()",
    ]
