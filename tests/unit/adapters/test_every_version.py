"""A database of any earlier version is brought up to date with everything in it, or stays as it was."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import Connection, column, table, text

from pacs_dedup.adapters.database import open_database
from pacs_dedup.adapters.database.engine import Transactions, connect
from pacs_dedup.adapters.database.schema import revisions
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.domain.identifiers import ArrivalId, BlobId
from pacs_dedup.ports.journal import Step
from tests.contracts.values import MINUTE, MORNING, arrival, blob, study
from tests.fakes import FakeClock
from tests.unit.adapters.test_first_version import ROWS
from tests.unit.adapters.test_first_version import fill as fill_with_judgements
from tests.unit.adapters.test_migrations import upgrade

HEAD, *EARLIER = revisions()
AT = "2025-12-31T08:00:00.000000+00:00"
URLS = ("sqlite_url", pytest.param("empty_postgres_url", marks=pytest.mark.postgres))


def put(connection: Connection, name: str, **values: object) -> None:
    connection.execute(table(name, *map(column, values)).insert(), values)


def fill(connection: Connection) -> None:
    """Write what the first version writes of two instances: one forwarded and held, one that could not be examined."""
    fill_with_judgements(connection)
    for number in (1, 2):
        known = arrival(number)
        fields = ("blob_id", "source", "size_bytes", "transfer_syntax_uid", "called_ae", "peer_address", "association")
        more = ("sop_class_uid", "sop_instance_uid", "refused", "locator")
        put(connection, "arrivals", received_at=AT, **{field: getattr(known, field) for field in (*fields, *more)})
    queued = {"source": "EAST", "queued_at": AT, "due_at": AT, "attempts": 1}
    put(connection, "work", step="forward", subject="1>archive", cause="", done_at=AT, **queued)
    put(
        connection, "work", step="forward", subject="2>archive", cause="archive: gave no answer", done_at=None, **queued
    )
    put(connection, "problems", arrival_id=2, cause="the code stream ends early")
    put(connection, "studies", study_key=str(study()), generation=1, state="dispatched", opened_at=AT)
    held = {"reason": "an exact copy", "held_at": AT, "until": None, "released_at": None, "release_cause": ""}
    put(connection, "holds", study_key=str(study()), generation=1, **held)


@pytest.fixture(params=URLS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    return str(request.getfixturevalue(request.param))


def written_by(revision: str, url: str) -> None:
    """Leave a database behind as a service of that version would that the first version had begun."""
    service = Transactions(connect(url))
    service.write(lambda connection: upgrade(connection, "0001"))
    service.write(fill)
    service.write(lambda connection: upgrade(connection, revision))
    service.engine.dispose()


@pytest.mark.parametrize("revision", EARLIER)
def test_a_database_of_every_earlier_version_keeps_what_it_holds(url: str, revision: str) -> None:
    written_by(revision, url)
    with closing(open_database(url, FakeClock())) as database:
        kept = database.arrivals.get(ArrivalId(2))
        assert kept is not None
        assert (kept.blob_id, kept.source, kept.sop_instance_uid) == (blob(2), "EAST", arrival(2).sop_instance_uid)
        assert [problem.cause for problem in database.arrivals.problems()] == ["the code stream ends early"]
        assert database.journal.done(Step.FORWARD, ["1>archive", "2>archive"]) == {"1>archive"}
        work = database.journal.claim(Step.FORWARD, MINUTE, "archive")
        assert work is not None
        assert (work.subject, work.attempts) == ("2>archive", 2)
        assert [hold.key for hold in database.quarantine.holds()] == [study()]
        assert [entry.key for entry in database.register.entries()] == [study()]
        assert len(database.case_book.cases()) == 1
        assert len(database.index.get([BlobId(ROWS["fingerprints"][0]["blob_id"])])) == 1
        assert database.figures.read().queues[Step.FORWARD].waiting == 1
        new = database.arrivals.record(arrival(3))
        assert database.arrivals.get(new) is not None
        assert database.register.file(study(3), new, blob(3), MORNING).instances == 1


def test_what_can_not_be_brought_up_to_date_stays_as_it_was(url: str) -> None:
    written_by("0001", url)
    service = Transactions(connect(url))
    service.write(lambda connection: connection.execute(text("CREATE TABLE commitment_batches (in_the_way INTEGER)")))
    with pytest.raises(PacsDedupError):
        open_database(url, FakeClock())
    version = text("SELECT version_num FROM alembic_version")
    assert service.read(lambda connection: connection.execute(version).scalar_one()) == "0001"
    service.write(lambda connection: connection.execute(text("ALTER TABLE commitment_batches RENAME TO put_away")))
    service.engine.dispose()
    with closing(open_database(url, FakeClock())) as database:
        assert len(database.case_book.cases()) == 1


def test_the_history_is_one_line_that_begins_with_the_first_version() -> None:
    assert EARLIER[-1] == "0001"
    assert [int(revision) for revision in (HEAD, *EARLIER)] == list(range(int(HEAD), 0, -1))
