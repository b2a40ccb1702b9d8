"""What every `ArrivalBook` promises."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.identifiers import ArrivalId, SopClassUid
from pacs_dedup.ports.arrival_book import Delivery, Problem
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

    def test_what_a_sender_delivered_is_found_by_sender_and_uid(self, database: Database) -> None:
        first = database.arrivals.record(arrival(1))
        database.arrivals.record(arrival(1))
        database.arrivals.record(arrival(1, source="WEST"))
        second = database.arrivals.record(replace(arrival(2), sop_instance_uid=arrival(1).sop_instance_uid))
        third = database.arrivals.record(arrival(3))
        named = [arrival(number).sop_instance_uid for number in (1, 3, 4)]
        assert database.arrivals.delivered("EAST", named) == {
            named[0]: (_delivery(first, 1), _delivery(second, 2)),
            named[1]: (_delivery(third, 3),),
        }
        assert database.arrivals.delivered("SOUTH", named) == {}
        assert database.arrivals.delivered("EAST", []) == {}

    def test_one_content_under_two_classes_is_named_twice(self, database: Database) -> None:
        other = replace(arrival(1), sop_class_uid=SopClassUid("1.2.840.10008.5.1.4.1.1.4"))
        ids = [database.arrivals.record(each) for each in (arrival(1), other)]
        (found,) = database.arrivals.delivered("EAST", [other.sop_instance_uid]).values()
        assert [(each.arrival_id, each.sop_class_uid) for each in found] == [
            (ids[0], arrival(1).sop_class_uid),
            (ids[1], other.sop_class_uid),
        ]

    def test_what_was_refused_was_not_delivered(self, database: Database) -> None:
        refused = arrival(refused="the data set is of another SOP class")
        database.arrivals.record(refused)
        assert database.arrivals.delivered("EAST", [refused.sop_instance_uid]) == {}

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


def _delivery(arrival_id: ArrivalId, number: int) -> Delivery:
    return Delivery(arrival_id, blob(number), arrival(number).sop_class_uid)


class TestDatabaseArrivalBook(ArrivalBookContract):
    """SQLite and PostgreSQL."""


class TestMemoryArrivalBook(ArrivalBookContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
