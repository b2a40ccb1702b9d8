"""Whoever owns the database may write anything into the audit log; verifying tells it, and never fails."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from pacs_dedup.adapters.database import Database
from pacs_dedup.adapters.database.audit_log import DatabaseAuditLog
from pacs_dedup.domain.audit_chain import SealKey, verify
from pacs_dedup.domain.errors import PacsDedupError
from tests.contracts.test_audit_inbox import DECISION, REFUSAL, TRANSFER
from tests.contracts.test_audit_log import KEY, waiting, without_triggers
from tests.fakes import FakeClock

TEXTS = ("''", "'gefälscht'", "'x' || {column}", "{column} || ' '", "upper({column}) || 'Z'", "'\\u0041'")
COLUMNS = ("event_id", "kind", "actor", "address", "subject", "previous_hash", "hash", "seal")
DETAILS = (
    "''",
    "'no JSON'",
    "'null'",
    "'[]'",
    "'{{}}'",
    "'{{\"program\": 1}}'",
    "{column} || ' '",
    "replace({column}, ':', ': ')",
    "replace({column}, '}}', ',\"kind\":\"another\"}}')",
    "replace({column}, '}}', ',\"outcome\":8}}')",
    "replace({column}, '\"program\":true', '\"program\":false')",
    "replace({column}, '\"program\":true', '\"program\":1')",
    "replace(cast({long} as text), '0', '[')",
    "'{{\"outcome\":1' || replace(cast({long} as text), '0', '0') || '}}'",
)
OF_SQLITE = (
    ("at", "'2026-01-01T08:00:00.000000+01:00'"),
    ("at", "'2026-01-01T08:00:00+00:00'"),
    ("at", "'rubbish'"),
    ("at", "''"),
    ("actor", "cast(x'ff' as text)"),
    ("actor", "'a' || char(0) || 'b'"),
    ("detail", "cast(x'7bff7d' as text)"),
    ("seal", "cast(x'ff' as text)"),
    ("sequence", "9223372036854775807"),
)
OF_POSTGRESQL = (
    ("at", "'infinity'"),
    ("at", "'-infinity'"),
    ("at", "'20260-01-01'"),
    ("at", "at - interval '4051 years'"),
    ("at", "at + interval '1 microsecond'"),
    ("sequence", "9223372036854775807"),
)
LONG = {"sqlite": "zeroblob(20000)", "postgresql": "repeat('0', 20000)"}


@pytest.fixture
def log(database: Database, fake_clock: FakeClock) -> DatabaseAuditLog:
    return DatabaseAuditLog(database.transactions, fake_clock, KEY)


def forgeries(dialect: str) -> Iterator[tuple[str, str]]:
    """Return a column and what to write into it, in SQL."""
    yield from ((column, each.format(column=column)) for column in COLUMNS for each in TEXTS)
    yield from (("detail", each.format(column="detail", long=LONG[dialect])) for each in DETAILS)
    yield from (OF_SQLITE if dialect == "sqlite" else OF_POSTGRESQL)
    yield "subject", "detail"
    yield "sequence", "sequence + 1000"


def test_whatever_is_written_into_any_column_is_found_and_no_reason_to_fail(
    log: DatabaseAuditLog, database: Database
) -> None:
    log.append(waiting(TRANSFER, DECISION, REFUSAL, TRANSFER))
    for statement in without_triggers(database):
        database.transactions.write(lambda connection, run=statement: connection.execute(text(run)))
    dialect = database.transactions.engine.dialect.name
    unseen, tried = [], 0
    for column, value in forgeries(dialect):
        for number in (1, 2, 3, 4):
            change = f"UPDATE audit_log SET {column} = {value} WHERE sequence = {number}"  # noqa: S608 - the forgeries above
            if not _write(database, change):
                continue
            tried += 1
            found = verify(log.entries(), KEY)
            if not found.broken and not found.unsealed:
                unseen.append((column, value, number))
            _restore(database)
    assert unseen == []
    assert tried > 200
    assert verify(log.entries(), KEY).head.sequence == 4, "what was restored is whole again"


def test_what_was_moved_to_another_column_is_found(log: DatabaseAuditLog, database: Database) -> None:
    log.append(waiting(TRANSFER, DECISION))
    for statement in without_triggers(database):
        database.transactions.write(lambda connection, run=statement: connection.execute(text(run)))
    moved = """UPDATE audit_log SET subject = '', detail = replace(detail, '}', ',"subject":"case 17"}')"""
    assert _write(database, f"{moved} WHERE sequence = 2")
    assert verify(log.entries(), SealKey(b"another" * 5)).broken == "entry 2 was changed: its digest is another"


def _write(database: Database, statement: str) -> bool:
    """Keep what is there, and change it; False where the database takes no such value, or it is there already."""
    escaped = statement.replace(":", "\\:")

    def write(connection: Connection) -> bool:
        connection.execute(text("CREATE TABLE kept AS SELECT * FROM audit_log"))
        connection.execute(text(escaped))
        same = "SELECT count(*) FROM (SELECT * FROM audit_log EXCEPT SELECT * FROM kept) AS changed"
        return connection.execute(text(same)).scalar_one() > 0

    try:
        changed = database.transactions.write(write)
    except (PacsDedupError, DBAPIError):
        return False
    if not changed:
        _restore(database)
    return changed


def _restore(database: Database) -> None:
    def restore(connection: Connection) -> None:
        for statement in ("DELETE FROM audit_log", "INSERT INTO audit_log SELECT * FROM kept", "DROP TABLE kept"):
            connection.execute(text(statement))

    database.transactions.write(restore)
