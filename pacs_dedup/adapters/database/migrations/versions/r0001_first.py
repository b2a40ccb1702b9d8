"""The first schema."""

import sqlalchemy as sa
from alembic import op

from pacs_dedup.adapters.database.column_types import AnyText, RowId, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCANNED = sa.text("locator <> ''")
NOT_DONE = sa.text("done_at IS NULL")
HELD = sa.text("released_at IS NULL")


def upgrade() -> None:
    """Create every table."""
    _create_journal()
    _create_index()
    _create_register()
    _create_case_book()
    _create_quarantine()
    _create_problem_list()


def downgrade() -> None:
    """Refuse: going back would delete what was received, judged and decided."""
    raise NotImplementedError("restore a backup that the older version made")


def _create_journal() -> None:
    op.create_table(
        "arrivals",
        sa.Column("id", RowId, nullable=False),
        sa.Column("blob_id", sa.Text(), nullable=False),
        sa.Column("source", AnyText(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("size_bytes", RowId, nullable=False),
        sa.Column("transfer_syntax_uid", AnyText(), nullable=False),
        sa.Column("called_ae", AnyText(), nullable=False),
        sa.Column("peer_address", AnyText(), nullable=False),
        sa.Column("association", AnyText(), nullable=False),
        sa.Column("sop_class_uid", AnyText(), nullable=False),
        sa.Column("sop_instance_uid", AnyText(), nullable=False),
        sa.Column("refused", AnyText(), nullable=False),
        sa.Column("locator", AnyText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_arrivals"),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_arrivals_scanned",
        "arrivals",
        ["source", "locator", "blob_id"],
        unique=True,
        sqlite_where=SCANNED,
        postgresql_where=SCANNED,
    )
    op.create_table(
        "work",
        sa.Column("id", RowId, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("subject", AnyText(), nullable=False),
        sa.Column("source", AnyText(), nullable=False),
        sa.Column("queued_at", UtcTime(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("again_at", UtcTime(), comment="asked for while it was claimed: due then, if it is given back"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "lease",
            sa.Text(),
            comment="random token of the claim; stays after the tick, so that a tick can be repeated",
        ),
        sa.Column("lease_until", UtcTime()),
        sa.Column("cause", AnyText(), nullable=False),
        sa.Column("done_at", UtcTime()),
        sa.PrimaryKeyConstraint("id", name="pk_work"),
        sa.UniqueConstraint("step", "subject", name="uq_work_step_subject"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_work_backlog", "work", ["source", "step"], unique=False, sqlite_where=NOT_DONE, postgresql_where=NOT_DONE
    )
    op.create_index(
        "ix_work_waiting",
        "work",
        ["step", "due_at", "id"],
        unique=False,
        sqlite_where=NOT_DONE,
        postgresql_where=NOT_DONE,
    )


def _create_problem_list() -> None:
    op.create_table(
        "problems",
        sa.Column("arrival_id", RowId, autoincrement=False, nullable=False),
        sa.Column("cause", AnyText(), nullable=False),
        sa.PrimaryKeyConstraint("arrival_id", name="pk_problems"),
        sqlite_strict=True,
    )


def _create_index() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("blob_id", sa.Text(), nullable=False),
        sa.Column("digest_version", sa.Text(), nullable=False, comment="the rules it was computed with"),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON"),
        sa.PrimaryKeyConstraint("blob_id", name="pk_fingerprints"),
        sqlite_strict=True,
    )
    op.create_table(
        "keyed_studies",
        sa.Column("id", RowId, nullable=False),
        sa.Column("study_key", AnyText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_keyed_studies"),
        sa.UniqueConstraint("study_key", name="uq_keyed_studies_study_key"),
        sqlite_strict=True,
    )
    op.create_table(
        "blocking_keys",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("keyed_study_id", RowId, autoincrement=False, nullable=False),
        sa.Column("patient_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["keyed_study_id"], ["keyed_studies.id"], name="fk_blocking_keys_keyed_study_id"),
        sa.PrimaryKeyConstraint("key_hash", "keyed_study_id", name="pk_blocking_keys"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_register() -> None:
    op.create_table(
        "studies",
        sa.Column("id", RowId, nullable=False),
        sa.Column("study_key", AnyText(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_studies"),
        sa.UniqueConstraint("study_key", name="uq_studies_study_key"),
        sqlite_strict=True,
    )
    op.create_index("ix_studies_state", "studies", ["state"], unique=False)
    op.create_table(
        "members",
        sa.Column("arrival_id", RowId, autoincrement=False, nullable=False),
        sa.Column("study_id", RowId, nullable=False),
        sa.Column("blob_id", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name="fk_members_study_id"),
        sa.PrimaryKeyConstraint("arrival_id", name="pk_members"),
        sqlite_strict=True,
    )
    op.create_index("ix_members_study", "members", ["study_id", "blob_id"], unique=False)


def _create_case_book() -> None:
    op.create_table(
        "judgements",
        sa.Column("id", RowId, nullable=False),
        sa.Column("incoming", AnyText(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("prior", AnyText(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("digest_version", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Text(), nullable=False),
        sa.Column("judged_at", UtcTime(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False, comment="JSON"),
        sa.PrimaryKeyConstraint("id", name="pk_judgements"),
        sa.UniqueConstraint(
            "incoming",
            "prior",
            "generation",
            "relation",
            "digest_version",
            "rules_version",
            name="uq_judgements_repeated",
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "cases",
        sa.Column("id", RowId, nullable=False),
        sa.Column("incoming", AnyText(), nullable=False),
        sa.Column("prior", AnyText(), nullable=False),
        sa.Column("judgement_id", RowId, nullable=False, comment="the current verdict"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["judgement_id"], ["judgements.id"], name="fk_cases_judgement_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("incoming", "prior", name="uq_cases_incoming_prior"),
        sqlite_strict=True,
    )
    op.create_index("ix_cases_state", "cases", ["state"], unique=False)
    op.create_table(
        "case_events",
        sa.Column("case_id", RowId, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("by", AnyText(), nullable=False),
        sa.Column("verb", sa.Text()),
        sa.Column("reason", AnyText(), nullable=False),
        sa.CheckConstraint("revision > 0", name="ck_case_events_revision_counts_from_one"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_events_case_id"),
        sa.PrimaryKeyConstraint("case_id", "revision", name="pk_case_events"),
        sqlite_strict=True,
    )


def _create_quarantine() -> None:
    op.create_table(
        "holds",
        sa.Column("study_key", AnyText(), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", AnyText(), nullable=False),
        sa.Column("held_at", UtcTime(), nullable=False),
        sa.Column("until", UtcTime()),
        sa.Column("released_at", UtcTime()),
        sa.Column("release_cause", AnyText(), nullable=False),
        sa.PrimaryKeyConstraint("study_key", "generation", name="pk_holds"),
        sqlite_strict=True,
    )
    op.create_index("ix_holds_until", "holds", ["until"], unique=False, sqlite_where=HELD, postgresql_where=HELD)
