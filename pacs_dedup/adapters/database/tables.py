"""The tables. Nothing here is ever deleted; what changes is where work, studies, cases and holds stand.

Rows of one port do not point at rows of another by foreign key: each port keeps its promises alone, whatever order the
pipeline calls them in after a crash.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from pacs_dedup.adapters.database.column_types import AnyText, RowId, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("blob_id", Text, nullable=False),
    Column("source", AnyText, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("size_bytes", BigInteger().with_variant(Integer(), "sqlite"), nullable=False),
    Column("transfer_syntax_uid", AnyText, nullable=False),
    Column("called_ae", AnyText, nullable=False),
    Column("peer_address", AnyText, nullable=False),
    Column("association", AnyText, nullable=False),
    Column("sop_class_uid", AnyText, nullable=False),
    Column("sop_instance_uid", AnyText, nullable=False),
    Column("refused", AnyText, nullable=False),
    Column("locator", AnyText, nullable=False),
    Column("receipt", Text, nullable=False, server_default=""),
    sqlite_strict=True,
)
SCANNED = text("locator <> ''")
Index(
    "uq_arrivals_scanned",
    arrivals.c.source,
    arrivals.c.locator,
    arrivals.c.blob_id,
    unique=True,
    sqlite_where=SCANNED,
    postgresql_where=SCANNED,
)
RECEIVED = text("receipt <> ''")
Index("ix_arrivals_named", arrivals.c.sop_instance_uid)
Index("uq_arrivals_receipt", arrivals.c.receipt, unique=True, sqlite_where=RECEIVED, postgresql_where=RECEIVED)

work = Table(
    "work",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("step", Text, nullable=False),
    Column("subject", AnyText, nullable=False),
    Column("source", AnyText, nullable=False),
    Column("queued_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("again_at", UtcTime, comment="asked for while it was claimed: due then, if it is given back"),
    Column("attempts", Integer, nullable=False),
    Column("lease", Text, comment="random token of the claim; stays after the tick, so that a tick can be repeated"),
    Column("lease_until", UtcTime),
    Column("cause", AnyText, nullable=False),
    Column("done_at", UtcTime),
    Column("lane", AnyText, nullable=False, server_default=""),
    UniqueConstraint("step", "subject"),
    sqlite_strict=True,
)
NOT_DONE = text("done_at IS NULL")
Index(
    "ix_work_waiting",
    work.c.step,
    work.c.due_at,
    work.c.id,
    sqlite_where=NOT_DONE,
    postgresql_where=NOT_DONE,
)
IN_A_LANE = text("lane <> ''")
_WAITS_IN_A_LANE = text("done_at IS NULL AND lane <> ''")
Index(
    "ix_work_lane",
    work.c.step,
    work.c.lane,
    work.c.due_at,
    work.c.id,
    sqlite_where=_WAITS_IN_A_LANE,
    postgresql_where=_WAITS_IN_A_LANE,
)
Index("ix_work_backlog", work.c.source, work.c.step, sqlite_where=NOT_DONE, postgresql_where=NOT_DONE)

problems = Table(
    "problems",
    metadata,
    Column("arrival_id", RowId, primary_key=True, autoincrement=False),
    Column("cause", AnyText, nullable=False),
    sqlite_strict=True,
)

fingerprint_templates = Table(
    "fingerprint_templates",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("series_hash", LargeBinary, nullable=False, unique=True),
    Column("body", LargeBinary, comment="packed; from the second instance of the series on, and then for ever"),
    sqlite_strict=True,
)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("template_id", RowId, ForeignKey("fingerprint_templates.id"), comment="what it was packed against"),
    Column(
        "body", LargeBinary, nullable=False, comment="packed: digest version, end of line, JSON without the blob id"
    ),
    sqlite_strict=True,
)

fingerprinted_blobs = Table(
    "fingerprinted_blobs",
    metadata,
    Column("blob_id", LargeBinary, primary_key=True),
    Column("fingerprint_id", RowId, ForeignKey("fingerprints.id"), nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

keyed_studies = Table(
    "keyed_studies",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("study_key", AnyText, nullable=False, unique=True),
    Column("patient_hash", LargeBinary, comment="empty until its keys are known"),
    sqlite_strict=True,
)

blocking_keys = Table(
    "blocking_keys",
    metadata,
    Column("key_hash", LargeBinary, primary_key=True),
    Column("keyed_study_id", RowId, ForeignKey("keyed_studies.id"), primary_key=True, autoincrement=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

studies = Table(
    "studies",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("study_key", AnyText, nullable=False, unique=True),
    Column("generation", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Index("ix_studies_state", "state"),
    sqlite_strict=True,
)

members = Table(
    "members",
    metadata,
    Column("arrival_id", RowId, primary_key=True, autoincrement=False),
    Column("study_id", RowId, ForeignKey("studies.id"), nullable=False),
    Column("blob_id", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Index("ix_members_study", "study_id", "blob_id"),
    sqlite_strict=True,
)

judgements = Table(
    "judgements",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("incoming", AnyText, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("prior", AnyText, nullable=False),
    Column("relation", Text, nullable=False),
    Column("disposition", Text, nullable=False),
    Column("digest_version", Text, nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("judged_at", UtcTime, nullable=False),
    Column("verdict", Text, nullable=False, comment="JSON"),
    UniqueConstraint(
        "incoming", "prior", "generation", "relation", "digest_version", "rules_version", name="uq_judgements_repeated"
    ),
    Index("ix_judgements_prior", "prior"),
    sqlite_strict=True,
)

cases = Table(
    "cases",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("incoming", AnyText, nullable=False),
    Column("prior", AnyText, nullable=False),
    Column("judgement_id", RowId, ForeignKey("judgements.id"), nullable=False, comment="the current verdict"),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    UniqueConstraint("incoming", "prior"),
    Index("ix_cases_state", "state"),
    sqlite_strict=True,
)

case_events = Table(
    "case_events",
    metadata,
    Column("case_id", RowId, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", AnyText, nullable=False),
    Column("verb", Text),
    Column("reason", AnyText, nullable=False),
    CheckConstraint("revision > 0", name="revision_counts_from_one"),
    sqlite_strict=True,
)

holds = Table(
    "holds",
    metadata,
    Column("study_key", AnyText, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("reason", AnyText, nullable=False),
    Column("held_at", UtcTime, nullable=False),
    Column("until", UtcTime),
    Column("released_at", UtcTime),
    Column("release_cause", AnyText, nullable=False),
    sqlite_strict=True,
)
HELD = text("released_at IS NULL")
Index("ix_holds_until", holds.c.until, sqlite_where=HELD, postgresql_where=HELD)
