"""What was queued before there were lanes is still forwarded, each to its own destination."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from pacs_dedup.adapters.database import Database, open_database
from pacs_dedup.adapters.database.engine import Transactions, connect
from pacs_dedup.ports.journal import Step
from tests.contracts.values import MINUTE
from tests.fakes import FakeClock
from tests.unit.adapters.test_migrations import upgrade

QUEUE = text(
    "INSERT INTO work (step, subject, source, queued_at, due_at, attempts, cause, done_at) "
    "VALUES (:step, :subject, 'EAST', :at, :at, 0, '', :done)"
)
EARLY = "2025-12-31T08:00:00.000000+00:00"


def fill(connection: Connection) -> None:
    for step, subject, done in (
        ("forward", "1>archive", EARLY),
        ("forward", "2>archive", None),
        ("forward", "2>re>search", None),
        ("settle", "1#1.2>3@EAST", None),
    ):
        connection.execute(QUEUE, {"step": step, "subject": subject, "at": EARLY, "done": done})


@pytest.fixture(params=["sqlite_url", pytest.param("empty_postgres_url", marks=pytest.mark.postgres)])
def carried_over(request: pytest.FixtureRequest) -> Iterator[Database]:
    url = str(request.getfixturevalue(request.param))
    before = Transactions(connect(url))
    before.write(lambda connection: upgrade(connection, "0004"))
    before.write(fill)
    before.engine.dispose()
    database = open_database(url, FakeClock())
    yield database
    database.close()


def test_each_destination_finds_its_own(carried_over: Database) -> None:
    for lane, subject in (("archive", "2>archive"), ("re>search", "2>re>search")):
        work = carried_over.journal.claim(Step.FORWARD, MINUTE, lane)
        assert work is not None
        assert work.subject == subject
        assert carried_over.journal.claim(Step.FORWARD, MINUTE, lane) is None
    assert carried_over.journal.claim(Step.SETTLE, MINUTE) is not None
