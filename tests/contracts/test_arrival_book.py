"""What every `ArrivalBook` promises."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.ports.arrival_book import Problem
from pacs_dedup.ports.journal import Step
from tests.contracts.values import MINUTE, MORNING, arrival, blob, claimed_work
from tests.fakes import FakeClock, FakeDatabase


class ArrivalBookContract:
    """Promises of `pacs_dedup.ports.arrival_book.ArrivalBook`; needs the fixture ``database``."""

    def test_an_arrival_is_read_back_as_it_was_recorded(self, database: Database) -> None:
        arrival_id = database.arrivals.record(arrival(7))
        assert database.arrivals.get(arrival_id) == arrival(7)

    def test_an_unknown_arrival_is_none(self, database: Database) -> None:
        assert database.arrivals.get(database.arrivals.record(arrival()) + 1) is None

    def test_an_arrival_queues_its_fingerprint_and_its_forwarding(self, database: Database) -> None:
        arrival_id = database.arrivals.record(arrival(), ["archive", "research"])
        assert claimed_work(database, Step.FINGERPRINT).subject == str(arrival_id)
        forwards = {claimed_work(database, Step.FORWARD).subject, claimed_work(database, Step.FORWARD).subject}
        assert forwards == {f"{arrival_id}>archive", f"{arrival_id}>research"}
        assert database.journal.claim(Step.FORWARD, MINUTE) is None

    def test_forwarding_waits_until_it_is_due(self, database: Database, fake_clock: FakeClock) -> None:
        database.arrivals.record(arrival(), ["archive"], forward_at=MORNING + MINUTE)
        assert database.journal.claim(Step.FORWARD, MINUTE) is None
        assert claimed_work(database, Step.FINGERPRINT)
        fake_clock.advance(MINUTE)
        assert claimed_work(database, Step.FORWARD)

    def test_the_same_bytes_sent_again_are_a_second_arrival(self, database: Database) -> None:
        first, second = database.arrivals.record(arrival()), database.arrivals.record(arrival())
        assert first != second
        assert database.journal.backlog()[Step.FINGERPRINT] == 2

    def test_a_refused_arrival_is_recorded_and_queues_nothing(self, database: Database) -> None:
        refused = arrival(refused="the data set is of another SOP class")
        arrival_id = database.arrivals.record(refused, ["archive"])
        assert database.arrivals.get(arrival_id) == refused
        assert not any(database.journal.backlog().values())

    def test_a_file_scanned_twice_is_one_arrival(self, database: Database) -> None:
        scanned = arrival(source="scan:/images", locator="/images/a.dcm")
        first = database.arrivals.record(scanned)
        assert database.arrivals.record(scanned) == first
        assert database.journal.backlog()[Step.FINGERPRINT] == 1

    def test_a_scanned_file_with_other_bytes_or_name_or_source_is_another_arrival(self, database: Database) -> None:
        scans = [
            arrival(1, source="scan:/images", locator="/images/a.dcm"),
            arrival(2, source="scan:/images", locator="/images/a.dcm"),
            arrival(1, source="scan:/images", locator="/images/b.dcm"),
            arrival(1, source="scan:/", locator="/images/a.dcm"),
        ]
        assert len({database.arrivals.record(scan) for scan in scans}) == len(scans)

    def test_file_names_that_are_no_text_are_kept(self, database: Database) -> None:
        scanned = arrival(source="scan:/\udcff", locator="/\udcff/a\\u0041\x00\\.dcm")
        assert database.arrivals.get(database.arrivals.record(scanned)) == scanned

    def test_threads_that_scan_one_file_at_once_record_one_arrival(self, database: Database) -> None:
        scanned = arrival(source="scan:/images", locator="/images/a.dcm")
        with ThreadPoolExecutor(6) as pool:
            ids = list(pool.map(lambda _: database.arrivals.record(scanned), range(12)))
        assert len(set(ids)) == 1
        assert database.journal.backlog()[Step.FINGERPRINT] == 1

    def test_a_receipt_recorded_twice_is_one_arrival(self, database: Database) -> None:
        received = replace(arrival(), receipt="r1")
        first = database.arrivals.record(received, ["archive"])
        assert database.arrivals.record(received, ["archive"]) == first
        assert database.arrivals.get(first) == received
        assert (database.journal.backlog()[Step.FINGERPRINT], database.journal.backlog()[Step.FORWARD]) == (1, 1)

    def test_the_same_bytes_under_another_receipt_are_another_arrival(self, database: Database) -> None:
        first, second = (database.arrivals.record(replace(arrival(), receipt=each)) for each in ("r1", "r2"))
        assert first != second

    def test_threads_that_record_one_receipt_at_once_record_one_arrival(self, database: Database) -> None:
        received = replace(arrival(), receipt="r1")
        with ThreadPoolExecutor(6) as pool:
            ids = list(pool.map(lambda _: database.arrivals.record(received), range(12)))
        assert len(set(ids)) == 1
        assert database.journal.backlog()[Step.FINGERPRINT] == 1

    def test_arrivals_without_a_problem_are_not_listed(self, database: Database) -> None:
        database.arrivals.record(arrival())
        assert database.arrivals.problems() == ()

    def test_a_problem_is_listed_with_its_arrival(self, database: Database) -> None:
        arrival_id = database.arrivals.record(arrival(7))
        database.arrivals.note_problem(arrival_id, "the code stream ends early")
        expected = Problem(arrival_id, blob(7), "EAST", MORNING, "the code stream ends early")
        assert database.arrivals.problems() == (expected,)

    def test_a_problem_noted_again_has_the_later_cause(self, database: Database) -> None:
        arrival_id = database.arrivals.record(arrival())
        database.arrivals.note_problem(arrival_id, "the decoder took too long")
        database.arrivals.note_problem(arrival_id, "the code stream ends early")
        assert [problem.cause for problem in database.arrivals.problems()] == ["the code stream ends early"]

    def test_a_refused_arrival_is_a_problem_by_itself(self, database: Database) -> None:
        arrival_id = database.arrivals.record(arrival(3, refused="another SOP class"))
        expected = Problem(arrival_id, blob(3), "EAST", MORNING, "another SOP class", refused=True)
        assert database.arrivals.problems() == (expected,)

    def test_problems_come_oldest_first(self, database: Database) -> None:
        ids = [database.arrivals.record(arrival(n, refused="x" if n == 1 else "")) for n in range(4)]
        for arrival_id in (ids[3], ids[0]):
            database.arrivals.note_problem(arrival_id, "unreadable")
        assert [problem.arrival_id for problem in database.arrivals.problems()] == [ids[0], ids[1], ids[3]]


class TestDatabaseArrivalBook(ArrivalBookContract):
    """SQLite and PostgreSQL."""


class TestMemoryArrivalBook(ArrivalBookContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
