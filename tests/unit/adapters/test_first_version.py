"""What the first version wrote is read by this one; ``first_version.json`` holds rows that it left in a database."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pacs_dedup.adapters.database import Database, open_database
from pacs_dedup.adapters.database.engine import Transactions, connect
from pacs_dedup.domain.evidence import Fact, PatientTier
from pacs_dedup.domain.identifiers import BlobId, CaseId
from pacs_dedup.domain.policy import Action
from pacs_dedup.domain.verdict import Certainty, Judgement, Relation
from tests.contracts.values import MORNING, verdict
from tests.fakes import FakeClock
from tests.unit.adapters.test_migrations import upgrade

ROWS: dict[str, list[dict[str, Any]]] = json.loads(Path(__file__).with_name("first_version.json").read_text("utf-8"))


def fill(connection: sa.Connection) -> None:
    for table, rows in ROWS.items():
        for row in rows:
            named = {column: value for column, value in row.items() if column != "id"}  # a sequence would not notice
            connection.execute(sa.table(table, *map(sa.column, named)).insert(), named)


@pytest.fixture(params=["sqlite_url", pytest.param("empty_postgres_url", marks=pytest.mark.postgres)])
def opened(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database that the first version filled, opened by this one."""
    url = str(request.getfixturevalue(request.param))
    first = Transactions(connect(url))
    first.write(lambda connection: upgrade(connection, "0001"))
    first.write(fill)
    first.engine.dispose()
    database = open_database(url, FakeClock())
    yield database
    database.close()


def test_a_verdict_says_what_it_said(opened: Database) -> None:
    (kept,) = opened.case_book.judgements()
    assert (kept.verdict.relation, kept.verdict.certainty) == (Relation.EXACT_COPY, Certainty.CERTAIN)
    assert kept.verdict.evidence.patient_tier is PatientTier.SAME
    assert kept.verdict.evidence.level(Fact.PATIENT_ID) == "strong_exact"
    assert (kept.verdict.policy.action, kept.verdict.rules_version) == (Action.FLAG, "2026.1")
    assert kept.verdict.digest_version == ROWS["judgements"][0]["digest_version"]


def test_a_case_stands_where_it_stood(opened: Database) -> None:
    (case,) = opened.case_book.cases()
    assert case == opened.case_book.case(CaseId(1))
    assert case.verdict == opened.case_book.judgements()[0].verdict
    assert [event.what for event in case.events] == ["opened"]


def test_a_case_is_renewed_by_a_new_verdict(opened: Database) -> None:
    (kept,) = opened.case_book.judgements()
    renewed = Judgement(kept.incoming, kept.generation, kept.prior, verdict(Relation.LOSSY_COPY), MORNING)
    assert opened.case_book.append(renewed) == CaseId(1)
    (case,) = opened.case_book.cases()
    assert case.verdict.relation is Relation.LOSSY_COPY
    assert case.events[-1].reason == "exact_copy became lossy_copy"


def test_a_fingerprint_says_what_it_said(opened: Database) -> None:
    (row,) = ROWS["fingerprints"]
    (kept,) = opened.index.get([BlobId(row["blob_id"])])
    stored = json.loads(row["body"])[0]
    assert kept.digest_version == row["digest_version"]
    assert kept.dataset_digest == stored["dataset_digest"]
    assert [frame.stored_digest for frame in kept.frames] == [stored["frames"][0]["stored_digest"]]
    assert kept.patient.ids[0].value == "A123456"
    assert kept.acquisition.moments == {"20260101093000"}
