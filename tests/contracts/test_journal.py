"""What every `Journal` promises."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.ports.journal import NewWork, Step
from tests.contracts.values import MINUTE, MORNING, arrival, claimed_work
from tests.fakes import FakeClock, FakeDatabase


class JournalContract:
    """Promises of `pacs_dedup.ports.journal.Journal`; needs the fixtures ``database`` and ``fake_clock``."""

    def test_work_is_claimed_once(self, database: Database) -> None:
        database.arrivals.record(arrival())
        claimed = claimed_work(database, Step.FINGERPRINT)
        assert (claimed.step, claimed.source, claimed.attempts) == (Step.FINGERPRINT, "EAST", 1)
        assert claimed.queued_at == MORNING
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None

    def test_the_longest_due_is_claimed_first(self, database: Database, fake_clock: FakeClock) -> None:
        dues = {"third": 3, "first": 1, "second": 2}
        database.journal.queue([NewWork(Step.MATCH, name, MORNING + n * MINUTE) for name, n in dues.items()])
        fake_clock.advance(5 * MINUTE)
        assert [claimed_work(database, Step.MATCH).subject for _ in dues] == ["first", "second", "third"]

    def test_of_equally_due_work_what_was_queued_first_is_claimed_first(self, database: Database) -> None:
        for subject in ("b", "c", "a"):
            database.journal.queue([NewWork(Step.MATCH, subject, MORNING)])
        assert [claimed_work(database, Step.MATCH).subject for _ in range(3)] == ["b", "c", "a"]

    def test_work_of_one_lane_does_not_delay_that_of_another(self, database: Database) -> None:
        names = ("slow", "slow", "fast", "")
        queued = [NewWork(Step.FORWARD, f"{n}>{name}", MORNING, lane=name) for n, name in enumerate(names)]
        database.journal.queue(queued)
        fast = database.journal.claim(Step.FORWARD, MINUTE, lane="fast")
        assert fast is not None
        assert fast.subject == "2>fast"
        assert database.journal.claim(Step.FORWARD, MINUTE, lane="fast") is None
        assert database.journal.claim(Step.FORWARD, MINUTE, lane="nobody") is None
        assert [claimed_work(database, Step.FORWARD).subject for _ in range(3)] == ["0>slow", "1>slow", "3>"]

    def test_an_arrival_is_forwarded_to_each_destination_in_its_lane(self, database: Database) -> None:
        arrival_id = database.arrivals.record(arrival(), ["archive", "research"])
        for name in ("research", "archive"):
            work = database.journal.claim(Step.FORWARD, MINUTE, lane=name)
            assert work is not None
            assert work.subject == f"{arrival_id}>{name}"

    def test_work_is_not_claimed_before_it_is_due(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.queue([NewWork(Step.SETTLE, "s", MORNING + MINUTE)])
        fake_clock.advance(MINUTE - timedelta(microseconds=1))
        assert database.journal.claim(Step.SETTLE, MINUTE) is None
        fake_clock.advance(timedelta(microseconds=1))
        assert claimed_work(database, Step.SETTLE).subject == "s"

    def test_done_work_is_not_claimed_again(self, database: Database, fake_clock: FakeClock) -> None:
        database.arrivals.record(arrival())
        assert database.journal.tick(claimed_work(database, Step.FINGERPRINT))
        fake_clock.advance(10 * MINUTE)
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None

    def test_a_crashed_step_is_repeated_when_its_lease_is_over(self, database: Database, fake_clock: FakeClock) -> None:
        database.arrivals.record(arrival())
        first = claimed_work(database, Step.FINGERPRINT)
        fake_clock.advance(MINUTE)
        second = claimed_work(database, Step.FINGERPRINT)
        assert (second.work_id, second.attempts) == (first.work_id, 2)
        assert second.lease != first.lease

    def test_a_lost_lease_does_not_tick(self, database: Database, fake_clock: FakeClock) -> None:
        database.arrivals.record(arrival())
        lost = claimed_work(database, Step.FINGERPRINT)
        fake_clock.advance(MINUTE)
        held = claimed_work(database, Step.FINGERPRINT)
        assert not database.journal.tick(lost, [NewWork(Step.SETTLE, "s", MORNING)])
        assert database.journal.backlog()[Step.SETTLE] == 0
        assert database.journal.tick(held)
        assert not database.journal.tick(lost)

    def test_an_expired_lease_that_nobody_took_still_ticks(self, database: Database, fake_clock: FakeClock) -> None:
        database.arrivals.record(arrival())
        late = claimed_work(database, Step.FINGERPRINT)
        fake_clock.advance(5 * MINUTE)
        assert database.journal.tick(late)

    def test_ticking_twice_queues_what_follows_once(self, database: Database) -> None:
        database.arrivals.record(arrival())
        claimed = claimed_work(database, Step.FINGERPRINT)
        follows = [NewWork(Step.SETTLE, "s", MORNING, "EAST")]
        assert database.journal.tick(claimed, follows)
        assert database.journal.tick(claimed_work(database, Step.SETTLE))
        assert database.journal.tick(claimed, follows)
        assert database.journal.backlog()[Step.SETTLE] == 0

    def test_postponed_work_comes_back_when_it_is_due(self, database: Database, fake_clock: FakeClock) -> None:
        database.arrivals.record(arrival())
        claimed = claimed_work(database, Step.FINGERPRINT)
        database.journal.postpone(claimed, MORNING + 3 * MINUTE, "the disk is full")
        fake_clock.advance(2 * MINUTE)
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None
        fake_clock.advance(MINUTE)
        assert claimed_work(database, Step.FINGERPRINT).attempts == 2

    def test_a_lost_lease_does_not_postpone(self, database: Database, fake_clock: FakeClock) -> None:
        database.arrivals.record(arrival())
        lost = claimed_work(database, Step.FINGERPRINT)
        fake_clock.advance(MINUTE)
        held = claimed_work(database, Step.FINGERPRINT)
        database.journal.postpone(lost, MORNING)
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None
        assert database.journal.tick(held)

    def test_ticked_work_is_not_postponed(self, database: Database) -> None:
        database.arrivals.record(arrival())
        claimed = claimed_work(database, Step.FINGERPRINT)
        database.journal.tick(claimed)
        database.journal.postpone(claimed, MORNING)
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None

    def test_backlog_counts_what_is_not_done(self, database: Database) -> None:
        for number in range(3):
            database.arrivals.record(arrival(number), ["archive"])
        database.journal.tick(claimed_work(database, Step.FINGERPRINT))
        claimed_work(database, Step.FINGERPRINT)
        expected = dict.fromkeys(Step, 0) | {Step.FINGERPRINT: 2, Step.FORWARD: 3}
        assert database.journal.backlog() == expected

    def test_backlog_of_a_source_counts_nobody_elses_work(self, database: Database) -> None:
        database.arrivals.record(arrival(1, source="EAST"))
        database.arrivals.record(arrival(2, source="WEST"))
        assert database.journal.backlog(source="WEST")[Step.FINGERPRINT] == 1
        assert not any(database.journal.backlog(source="NORTH").values())

    def test_done_is_what_was_ticked_off_and_neither_what_waits_nor_what_was_never_queued(
        self, database: Database
    ) -> None:
        for number in range(4):
            database.journal.queue([NewWork(Step.FORWARD, f"{number}>archive", MORNING)])
        for _ in range(2):
            database.journal.tick(claimed_work(database, Step.FORWARD))
        claimed_work(database, Step.FORWARD)
        database.journal.queue([NewWork(Step.MATCH, "9>archive", MORNING)])
        database.journal.tick(claimed_work(database, Step.MATCH))
        asked = [f"{number}>archive" for number in range(1, 10)]
        assert database.journal.done(Step.FORWARD, asked) == {"1>archive"}
        assert database.journal.done(Step.FORWARD, []) == frozenset()

    def test_what_is_done_may_be_asked_of_very_many(self, database: Database) -> None:
        database.journal.queue([NewWork(Step.FORWARD, "7>archive", MORNING)])
        database.journal.tick(claimed_work(database, Step.FORWARD))
        asked = [f"{number}>archive" for number in range(40_000)]
        assert database.journal.done(Step.FORWARD, asked) == {"7>archive"}

    def test_many_threads_never_claim_the_same_work(self, database: Database) -> None:
        subjects = {f"s{number}" for number in range(60)}
        database.journal.queue([NewWork(Step.MATCH, subject, MORNING) for subject in subjects])

        def claim_all(_: int) -> list[str]:
            claimed = []
            while work := database.journal.claim(Step.MATCH, MINUTE):
                claimed.append(work.subject)
                assert database.journal.tick(work)
            return claimed

        with ThreadPoolExecutor(6) as pool:
            done = [subject for subjects in pool.map(claim_all, range(6)) for subject in subjects]
        assert sorted(done) == sorted(subjects)


class TestDatabaseJournal(JournalContract):
    """SQLite and PostgreSQL."""


class TestMemoryJournal(JournalContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
