"""What every `Journal` promises."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.ports.journal import NewWork, Step, Work
from tests.contracts.values import MINUTE, MORNING, arrival
from tests.fakes import FakeClock, FakeDatabase


class JournalContract:
    """Promises of `pacs_dedup.ports.journal.Journal`; needs the fixtures ``database`` and ``fake_clock``."""

    def test_an_arrival_is_read_back_as_it_was_recorded(self, database: Database) -> None:
        arrival_id = database.journal.record_arrival(arrival(7))
        assert database.journal.arrival(arrival_id) == arrival(7)

    def test_an_unknown_arrival_is_none(self, database: Database) -> None:
        assert database.journal.arrival(database.journal.record_arrival(arrival()) + 1) is None

    def test_an_arrival_queues_its_fingerprint_and_its_forwarding(self, database: Database) -> None:
        arrival_id = database.journal.record_arrival(arrival(), ["archive", "research"])
        assert _claim(database, Step.FINGERPRINT).subject == str(arrival_id)
        forwards = {_claim(database, Step.FORWARD).subject, _claim(database, Step.FORWARD).subject}
        assert forwards == {f"{arrival_id}>archive", f"{arrival_id}>research"}
        assert database.journal.claim(Step.FORWARD, MINUTE) is None

    def test_forwarding_waits_until_it_is_due(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.record_arrival(arrival(), ["archive"], forward_at=MORNING + MINUTE)
        assert database.journal.claim(Step.FORWARD, MINUTE) is None
        assert _claim(database, Step.FINGERPRINT)
        fake_clock.advance(MINUTE)
        assert _claim(database, Step.FORWARD)

    def test_the_same_bytes_sent_again_are_a_second_arrival(self, database: Database) -> None:
        first, second = database.journal.record_arrival(arrival()), database.journal.record_arrival(arrival())
        assert first != second
        assert database.journal.backlog()[Step.FINGERPRINT] == 2

    def test_a_refused_arrival_is_recorded_and_queues_nothing(self, database: Database) -> None:
        refused = arrival(refused="the data set is of another SOP class")
        arrival_id = database.journal.record_arrival(refused, ["archive"])
        assert database.journal.arrival(arrival_id) == refused
        assert not any(database.journal.backlog().values())

    def test_a_file_scanned_twice_is_one_arrival(self, database: Database) -> None:
        scanned = arrival(source="scan:/images", locator="/images/a.dcm")
        first = database.journal.record_arrival(scanned)
        assert database.journal.record_arrival(scanned) == first
        assert database.journal.backlog()[Step.FINGERPRINT] == 1

    def test_a_scanned_file_with_other_bytes_or_name_or_source_is_another_arrival(self, database: Database) -> None:
        scans = [
            arrival(1, source="scan:/images", locator="/images/a.dcm"),
            arrival(2, source="scan:/images", locator="/images/a.dcm"),
            arrival(1, source="scan:/images", locator="/images/b.dcm"),
            arrival(1, source="scan:/", locator="/images/a.dcm"),
        ]
        assert len({database.journal.record_arrival(scan) for scan in scans}) == len(scans)

    def test_file_names_that_are_no_text_are_kept(self, database: Database) -> None:
        scanned = arrival(source="scan:/\udcff", locator="/\udcff/a\\u0041\x00\\.dcm")
        assert database.journal.arrival(database.journal.record_arrival(scanned)) == scanned

    def test_work_is_claimed_once(self, database: Database) -> None:
        database.journal.record_arrival(arrival())
        claimed = _claim(database, Step.FINGERPRINT)
        assert (claimed.step, claimed.source, claimed.attempts) == (Step.FINGERPRINT, "EAST", 1)
        assert claimed.queued_at == MORNING
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None

    def test_the_longest_due_is_claimed_first(self, database: Database, fake_clock: FakeClock) -> None:
        dues = {"third": 3, "first": 1, "second": 2}
        database.journal.queue([NewWork(Step.MATCH, name, MORNING + n * MINUTE) for name, n in dues.items()])
        fake_clock.advance(5 * MINUTE)
        assert [_claim(database, Step.MATCH).subject for _ in dues] == ["first", "second", "third"]

    def test_of_equally_due_work_what_was_queued_first_is_claimed_first(self, database: Database) -> None:
        for subject in ("b", "c", "a"):
            database.journal.queue([NewWork(Step.MATCH, subject, MORNING)])
        assert [_claim(database, Step.MATCH).subject for _ in range(3)] == ["b", "c", "a"]

    def test_work_is_not_claimed_before_it_is_due(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.queue([NewWork(Step.SETTLE, "s", MORNING + MINUTE)])
        fake_clock.advance(MINUTE - timedelta(microseconds=1))
        assert database.journal.claim(Step.SETTLE, MINUTE) is None
        fake_clock.advance(timedelta(microseconds=1))
        assert _claim(database, Step.SETTLE).subject == "s"

    def test_done_work_is_not_claimed_again(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.record_arrival(arrival())
        assert database.journal.tick(_claim(database, Step.FINGERPRINT))
        fake_clock.advance(10 * MINUTE)
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None

    def test_a_crashed_step_is_repeated_when_its_lease_is_over(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.record_arrival(arrival())
        first = _claim(database, Step.FINGERPRINT)
        fake_clock.advance(MINUTE)
        second = _claim(database, Step.FINGERPRINT)
        assert (second.work_id, second.attempts) == (first.work_id, 2)
        assert second.lease != first.lease

    def test_a_lost_lease_does_not_tick(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.record_arrival(arrival())
        lost = _claim(database, Step.FINGERPRINT)
        fake_clock.advance(MINUTE)
        held = _claim(database, Step.FINGERPRINT)
        assert not database.journal.tick(lost, [NewWork(Step.SETTLE, "s", MORNING)])
        assert database.journal.backlog()[Step.SETTLE] == 0
        assert database.journal.tick(held)
        assert not database.journal.tick(lost)

    def test_an_expired_lease_that_nobody_took_still_ticks(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.record_arrival(arrival())
        late = _claim(database, Step.FINGERPRINT)
        fake_clock.advance(5 * MINUTE)
        assert database.journal.tick(late)

    def test_ticking_twice_queues_what_follows_once(self, database: Database) -> None:
        database.journal.record_arrival(arrival())
        claimed = _claim(database, Step.FINGERPRINT)
        follows = [NewWork(Step.SETTLE, "s", MORNING, "EAST")]
        assert database.journal.tick(claimed, follows)
        assert database.journal.tick(_claim(database, Step.SETTLE))
        assert database.journal.tick(claimed, follows)
        assert database.journal.backlog()[Step.SETTLE] == 0

    def test_postponed_work_comes_back_when_it_is_due(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.record_arrival(arrival())
        claimed = _claim(database, Step.FINGERPRINT)
        database.journal.postpone(claimed, MORNING + 3 * MINUTE, "the disk is full")
        fake_clock.advance(2 * MINUTE)
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None
        fake_clock.advance(MINUTE)
        assert _claim(database, Step.FINGERPRINT).attempts == 2

    def test_a_lost_lease_does_not_postpone(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.record_arrival(arrival())
        lost = _claim(database, Step.FINGERPRINT)
        fake_clock.advance(MINUTE)
        held = _claim(database, Step.FINGERPRINT)
        database.journal.postpone(lost, MORNING)
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None
        assert database.journal.tick(held)

    def test_ticked_work_is_not_postponed(self, database: Database) -> None:
        database.journal.record_arrival(arrival())
        claimed = _claim(database, Step.FINGERPRINT)
        database.journal.tick(claimed)
        database.journal.postpone(claimed, MORNING)
        assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None

    def test_backlog_counts_what_is_not_done(self, database: Database) -> None:
        for number in range(3):
            database.journal.record_arrival(arrival(number), ["archive"])
        database.journal.tick(_claim(database, Step.FINGERPRINT))
        _claim(database, Step.FINGERPRINT)
        expected = dict.fromkeys(Step, 0) | {Step.FINGERPRINT: 2, Step.FORWARD: 3}
        assert database.journal.backlog() == expected

    def test_backlog_of_a_source_counts_nobody_elses_work(self, database: Database) -> None:
        database.journal.record_arrival(arrival(1, source="EAST"))
        database.journal.record_arrival(arrival(2, source="WEST"))
        assert database.journal.backlog(source="WEST")[Step.FINGERPRINT] == 1
        assert not any(database.journal.backlog(source="NORTH").values())

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

    def test_threads_that_scan_one_file_at_once_record_one_arrival(self, database: Database) -> None:
        scanned = arrival(source="scan:/images", locator="/images/a.dcm")
        with ThreadPoolExecutor(6) as pool:
            ids = list(pool.map(lambda _: database.journal.record_arrival(scanned), range(12)))
        assert len(set(ids)) == 1
        assert database.journal.backlog()[Step.FINGERPRINT] == 1


def _claim(database: Database, step: Step) -> Work:
    work = database.journal.claim(step, MINUTE)
    assert work is not None
    return work


class TestDatabaseJournal(JournalContract):
    """SQLite and PostgreSQL."""


class TestMemoryJournal(JournalContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
