"""Candidates are looked up in an index on both databases, however large the table: shown by the query plans."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from pacs_dedup.adapters.database import Database
from pacs_dedup.adapters.database.tables import blocking_keys, keyed_studies
from pacs_dedup.domain.identifiers import BlockingKey
from tests.contracts.values import keys, study

STUDIES = 4_000
KEYS_PER_STUDY = 10
_SCAN = re.compile(r"(SCAN|Seq Scan on) (blocking_keys|keyed_studies)")


@pytest.fixture
def filled(database: Database) -> Database:
    """A database whose tables are large enough for a planner to prefer an index, with statistics."""

    def fill(connection: Connection) -> None:
        ids = range(1, STUDIES + 1)
        named = [{"id": n, "study_key": str(study(n)), "patient_hash": n.to_bytes(12)} for n in ids]
        connection.execute(keyed_studies.insert(), named)
        rows = [
            {"key_hash": bytes.fromhex(f"{n:016x}{k:08x}"), "keyed_study_id": n}
            for n in ids
            for k in range(KEYS_PER_STUDY)
        ]
        connection.execute(blocking_keys.insert(), rows)

    database.transactions.write(fill)
    database.index.put_keys(study(17), "p", keys(1, 2, 3))
    database.transactions.write(lambda connection: connection.execute(text("ANALYZE")))
    return database


def test_no_lookup_scans_the_keys_or_the_studies(filled: Database) -> None:
    with _statements(filled) as statements:
        filled.index.candidates(keys(1, 2, 3))
        filled.index.candidates(keys(*range(500)))
        filled.index.patients_sharing(keys(*range(500)))
        filled.index.put_keys(study(17), "p", keys(1, 2, 3))
    plans = _plans(filled, statements)
    assert sum("blocking_keys" in line for line in plans) >= 7, "every look-up was seen"
    assert [line for line in plans if _SCAN.search(line)] == []


def test_a_lookup_among_many_finds_what_was_put(filled: Database) -> None:
    assert filled.index.candidates([BlockingKey("spd:2"), BlockingKey("spd:99")]) == {study(17): keys(2)}


def test_a_scan_would_be_noticed(filled: Database) -> None:
    """The test above must be able to fail."""
    plans = _plans(filled, [("SELECT key_hash FROM blocking_keys WHERE keyed_study_id = 0", ())])
    assert any(_SCAN.search(line) for line in plans)


@contextmanager
def _statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Collect what is executed, with its parameters (of many rows the first)."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: Any) -> None:
        seen.append((statement, parameters[0] if executemany else parameters))

    event.listen(database.transactions.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.transactions.engine, "before_cursor_execute", note)


def _plans(database: Database, statements: list[tuple[str, Any]]) -> list[str]:
    """Return the lines of the query plans, made under the settings that the statements themselves make."""
    explain = "EXPLAIN QUERY PLAN " if database.transactions.engine.dialect.name == "sqlite" else "EXPLAIN "

    def run(connection: Connection) -> list[str]:
        lines: list[str] = []
        for statement, parameters in statements:
            if statement.startswith("SET"):
                connection.exec_driver_sql(statement)
            elif not statement.startswith("BEGIN"):
                lines += [str(tuple(row)) for row in connection.exec_driver_sql(explain + statement, parameters)]
        return lines

    return database.transactions.write(run)
