"""What every `QueueGauge` promises."""

from datetime import timedelta

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.ports.journal import NewWork, Step
from tests.contracts.values import MINUTE, MORNING, claimed_work
from tests.fakes import FakeClock, FakeDatabase

DAY = timedelta(days=1)


def forward(subject: str, due_in: timedelta = timedelta(0)) -> NewWork:
    """Forwarding that is due so long after the morning."""
    return NewWork(Step.FORWARD, subject, MORNING + due_in)


class QueueGaugeContract:
    """Promises of `pacs_dedup.ports.queue_gauge.QueueGauge`; needs the fixture ``database``."""

    def test_what_is_due_waits(self, database: Database) -> None:
        database.journal.queue([forward("1>a"), forward("2>a"), NewWork(Step.FINGERPRINT, "1", MORNING)])
        assert database.gauge.waiting(Step.FORWARD, 10) == 2
        assert database.gauge.waiting(Step.SETTLE, 10) == 0

    def test_counting_ends_where_it_is_told_to(self, database: Database) -> None:
        database.journal.queue([forward(f"{number}>a") for number in range(9)])
        assert database.gauge.waiting(Step.FORWARD, 4) == 4

    def test_what_is_held_or_waits_for_its_verdict_does_not_count(self, database: Database) -> None:
        database.journal.queue([forward("1>a", DAY), forward("2>a", 15 * MINUTE)])
        assert database.gauge.waiting(Step.FORWARD, 10) == 0

    def test_what_is_claimed_counts_until_it_is_done(self, database: Database) -> None:
        database.journal.queue([forward("1>a")])
        work = claimed_work(database, Step.FORWARD)
        assert database.gauge.waiting(Step.FORWARD, 10) == 1
        database.journal.tick(work)
        assert database.gauge.waiting(Step.FORWARD, 10) == 0

    def test_what_was_tried_in_vain_counts_if_it_is_tried_again_soon(self, database: Database) -> None:
        database.journal.queue([forward("1>a"), forward("2>a")])
        database.journal.postpone(claimed_work(database, Step.FORWARD), MORNING + 5 * MINUTE, "no association")
        assert database.gauge.waiting(Step.FORWARD, 10) == 2
        database.journal.postpone(claimed_work(database, Step.FORWARD), MORNING + DAY, "refused")
        assert database.gauge.waiting(Step.FORWARD, 10) == 1


class TestDatabaseQueueGauge(QueueGaugeContract):
    """SQLite and PostgreSQL."""


class TestMemoryQueueGauge(QueueGaugeContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
