"""Claims that are renewed while their step runs, and given back when it fails."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from pacs_dedup.domain.errors import OutOfStorage
from pacs_dedup.pipeline.leases import FIRST_RETRY, LEASE, RENEWAL, KeptLeases
from pacs_dedup.ports.journal import NewWork, Step
from tests.fakes import FakeClock, FakeDatabase
from tests.fakes.journal import MemoryJournal

HOUR = timedelta(hours=1)


class Bench:
    """A worker's journal with one row, and the journal as another worker sees it."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.database = FakeDatabase(clock)
        self.leases = KeptLeases(self.database.journal, self.database.leases, clock)
        self.leases.queue([NewWork(Step.MATCH, "study", clock.now())])

    def taken_by_another(self) -> bool:
        return self.database.journal.claim(Step.MATCH, HOUR) is not None


@pytest.fixture
def bench(fake_clock: FakeClock) -> Bench:
    return Bench(fake_clock)


def test_what_a_dead_worker_claimed_is_anothers_after_half_a_minute(bench: Bench) -> None:
    assert bench.leases.claim(Step.MATCH, HOUR) is not None
    bench.clock.advance(LEASE - timedelta(seconds=1))
    assert not bench.taken_by_another()
    bench.clock.advance(timedelta(seconds=1))
    assert bench.taken_by_another()


def test_a_step_keeps_its_claim_however_long_it_takes(bench: Bench) -> None:
    def long_step() -> bool:
        work = bench.leases.claim(Step.MATCH, HOUR)
        for _ in range(100):
            bench.clock.advance(RENEWAL)
            assert not bench.leases.renew_due()
            assert not bench.taken_by_another()
        return work is not None and bench.leases.tick(work)

    assert bench.leases.kept(long_step)()
    assert bench.leases.done(Step.MATCH, ["study"]) == {"study"}


def test_a_clock_that_is_set_back_lets_no_claim_end(bench: Bench) -> None:
    bench.clock.advance(-HOUR)
    bench.leases.queue([NewWork(Step.MATCH, "study", bench.clock.now())])
    assert bench.leases.claim(Step.MATCH, HOUR) is not None
    for _ in range(2 * (LEASE // RENEWAL)):
        bench.clock.advance(RENEWAL)
        bench.leases.renew_due()
        assert not bench.taken_by_another()


def test_a_step_that_fails_gives_its_claim_back(bench: Bench) -> None:
    def failing_step() -> bool:
        bench.leases.claim(Step.MATCH, HOUR)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench.leases.kept(failing_step)()
    assert bench.leases.backlog()[Step.MATCH] == 1
    assert not bench.taken_by_another()
    bench.clock.advance(FIRST_RETRY)
    assert bench.taken_by_another()


class Away:
    """A journal that answers nothing while ``away``."""

    def __init__(self, journal: MemoryJournal) -> None:
        self.journal, self.away = journal, False

    def __getattr__(self, name: str) -> object:
        if self.away:
            raise OutOfStorage("the database is away")
        return getattr(self.journal, name)


@pytest.fixture
def away(bench: Bench) -> Away:
    journal = Away(bench.database.journal)
    bench.leases = KeptLeases(journal, bench.database.leases, bench.clock)

    def failing_step() -> bool:
        bench.leases.claim(Step.MATCH, HOUR)
        journal.away = True
        raise OutOfStorage("the database is away")

    with pytest.raises(OutOfStorage):
        bench.leases.kept(failing_step)()
    return journal


def test_where_the_database_takes_nothing_the_claim_ends_with_its_lease(bench: Bench, away: Away) -> None:
    bench.clock.advance(LEASE)
    with pytest.raises(OutOfStorage):
        bench.leases.renew_due()
    assert bench.taken_by_another()


def test_what_could_not_be_given_back_is_given_back_when_the_database_answers_again(bench: Bench, away: Away) -> None:
    away.away = False
    bench.clock.advance(RENEWAL)
    bench.leases.renew_due()
    bench.clock.advance(FIRST_RETRY)
    assert bench.taken_by_another()


class Between:
    """A journal that lets something happen before the first claim is given back to it."""

    def __init__(self, journal: MemoryJournal, happens: Callable[[], object]) -> None:
        self.journal, self.happens = journal, [happens]

    def __getattr__(self, name: str) -> object:
        if name == "postpone" and self.happens:
            self.happens.pop()()
        return getattr(self.journal, name)


def test_a_claim_that_two_threads_give_back_at_once_is_given_back(bench: Bench) -> None:
    def renewing() -> None:
        bench.clock.advance(RENEWAL)
        bench.leases.renew_due()

    bench.leases = KeptLeases(Between(bench.database.journal, renewing), bench.database.leases, bench.clock)

    def failing_step() -> bool:
        bench.leases.claim(Step.MATCH, HOUR)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench.leases.kept(failing_step)()
    bench.clock.advance(FIRST_RETRY)
    assert bench.taken_by_another()


def test_a_claim_that_was_given_back_is_not_renewed(bench: Bench) -> None:
    work = bench.leases.claim(Step.MATCH, HOUR)
    assert work is not None
    bench.leases.postpone(work, bench.clock.now() + RENEWAL)
    bench.clock.advance(RENEWAL)
    bench.leases.renew_due()
    assert bench.taken_by_another()
