"""What every `Leases` promises, beside the journal whose claims it prolongs."""

from datetime import timedelta

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.ports.journal import Step
from tests.contracts.values import MINUTE, MORNING, arrival, claimed_work
from tests.fakes import FakeClock, FakeDatabase


class LeasesContract:
    """Promises of `pacs_dedup.ports.leases.Leases`; needs the fixtures ``database`` and ``fake_clock``."""

    def test_a_renewed_claim_outlasts_its_first_lease(self, database: Database, fake_clock: FakeClock) -> None:
        database.arrivals.record(arrival())
        held = claimed_work(database, Step.FINGERPRINT)
        fake_clock.advance(MINUTE - timedelta(seconds=1))
        database.leases.renew([held], MINUTE)
        fake_clock.advance(MINUTE - timedelta(seconds=1))
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None
        fake_clock.advance(timedelta(seconds=1))
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is not None

    def test_a_lost_claim_is_not_renewed(self, database: Database, fake_clock: FakeClock) -> None:
        database.arrivals.record(arrival())
        lost = claimed_work(database, Step.FINGERPRINT)
        fake_clock.advance(MINUTE)
        held = claimed_work(database, Step.FINGERPRINT)
        database.leases.renew([lost], 10 * MINUTE)
        fake_clock.advance(MINUTE)
        assert claimed_work(database, Step.FINGERPRINT).attempts == held.attempts + 1

    def test_what_is_done_or_given_back_stays_as_it_is(self, database: Database, fake_clock: FakeClock) -> None:
        database.arrivals.record(arrival())
        database.arrivals.record(arrival())
        done, given_back = (claimed_work(database, Step.FINGERPRINT) for _ in range(2))
        database.journal.tick(done)
        database.journal.postpone(given_back, MORNING + MINUTE)
        database.leases.renew([done, given_back], 10 * MINUTE)
        fake_clock.advance(MINUTE)
        assert claimed_work(database, Step.FINGERPRINT).work_id == given_back.work_id
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None

    def test_nothing_is_renewed_where_nothing_is_held(self, database: Database) -> None:
        database.leases.renew([], MINUTE)


class TestLeasesInMemory(LeasesContract):
    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)


class TestLeasesInDatabase(LeasesContract):
    pass
