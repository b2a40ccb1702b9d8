"""What every `ForwardBook` promises."""

from datetime import datetime, timedelta

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.identifiers import ArrivalId, SopInstanceUid
from pacs_dedup.ports.forward_book import Failure, Trouble
from pacs_dedup.ports.journal import NewWork, Step, Work
from tests.contracts.values import MINUTE, MORNING, arrival, claimed_work
from tests.fakes import FakeClock, FakeDatabase

DAY = timedelta(days=1)
BOTH = ("archive", "research")


def failed(
    trouble: Trouble = Trouble.REFUSED, to: str = "archive", *, number: int = 1, requeued_at: datetime | None = None
) -> Failure:
    return Failure(to, ArrivalId(number), trouble, "it said no", 3, MORNING, requeued_at)


def forwarded(database: Database, number: int, to: str = "archive") -> ArrivalId:
    """Record an arrival for one destination and have it acknowledged there."""
    arrival_id = database.arrivals.record(arrival(number), [to])
    assert database.journal.tick(_claimed(database, to))
    return arrival_id


def _claimed(database: Database, lane: str) -> Work:
    work = database.journal.claim(Step.FORWARD, MINUTE, lane)
    assert work is not None
    return work


class ForwardBookContract:
    """Promises of `pacs_dedup.ports.forward_book.ForwardBook`; needs ``database`` and ``fake_clock``."""

    def test_the_last_failure_is_the_one_that_is_kept(self, database: Database) -> None:
        assert database.forwards.failure("archive", ArrivalId(1)) is None
        for trouble in (Trouble.RETRYING, Trouble.EXHAUSTED):
            database.forwards.note(failed(trouble))
            assert database.forwards.failure("archive", ArrivalId(1)) == failed(trouble)
        assert database.forwards.failure("research", ArrivalId(1)) is None

    def test_a_dead_letter_says_what_it_is_and_when_it_is_tried_again(self, database: Database) -> None:
        arrival_id = database.arrivals.record(arrival(7), BOTH)
        database.journal.postpone(_claimed(database, "archive"), MORNING + DAY, "it said no")
        database.forwards.note(failed(number=arrival_id))
        (letter,) = database.forwards.dead_letters(BOTH)
        assert (letter.destination, letter.arrival_id, letter.trouble) == ("archive", arrival_id, Trouble.REFUSED)
        assert (letter.cause, letter.since, letter.attempts) == ("it said no", MORNING, 1)
        assert (letter.due_at, letter.blob_id, letter.source) == (MORNING + DAY, arrival(7).blob_id, "EAST")
        assert letter.sop_instance_uid == arrival(7).sop_instance_uid

    def test_what_is_still_retried_and_what_was_acknowledged_after_all_are_no_dead_letters(
        self, database: Database
    ) -> None:
        first, second = (database.arrivals.record(arrival(n), ["archive"]) for n in (1, 2))
        database.forwards.note(failed(Trouble.RETRYING, number=first))
        database.forwards.note(failed(number=second))
        assert [letter.arrival_id for letter in database.forwards.dead_letters(BOTH)] == [second]
        for _ in range(2):
            database.journal.tick(claimed_work(database, Step.FORWARD))
        assert database.forwards.dead_letters(BOTH) == ()

    def test_what_waits_for_a_destination_that_is_not_configured_is_a_dead_letter(self, database: Database) -> None:
        arrival_id = database.arrivals.record(arrival(), BOTH)
        assert database.forwards.dead_letters(BOTH) == ()
        (letter,) = database.forwards.dead_letters(["archive"])
        assert (letter.destination, letter.arrival_id) == ("research", arrival_id)
        assert letter.trouble is Trouble.UNCONFIGURED
        assert len(database.forwards.dead_letters([])) == 2

    def test_a_failed_forward_of_an_unconfigured_destination_is_told_once(self, database: Database) -> None:
        arrival_id = database.arrivals.record(arrival(), ["archive"])
        database.forwards.note(failed(number=arrival_id))
        assert len(database.forwards.dead_letters([])) == 1

    def test_requeued_letters_are_due_at_once_and_leave_the_list(
        self, database: Database, fake_clock: FakeClock
    ) -> None:
        numbers = [database.arrivals.record(arrival(n), ["archive"]) for n in (1, 2)]
        for number in numbers:
            database.journal.postpone(_claimed(database, "archive"), MORNING + DAY, "no")
            database.forwards.note(failed(number=number))
        fake_clock.advance(MINUTE)
        for _ in range(2):
            database.forwards.requeue(database.forwards.dead_letters(BOTH)[:1], fake_clock.now())
        assert database.forwards.dead_letters(BOTH) == ()
        assert {_claimed(database, "archive").subject for _ in numbers} == {f"{n}>archive" for n in numbers}
        noted = database.forwards.failure("archive", numbers[0])
        assert noted is not None
        assert (noted.failures, noted.requeued_at) == (0, fake_clock.now())

    def test_requeueing_nothing_does_nothing(self, database: Database) -> None:
        database.forwards.requeue([], MORNING)
        assert database.journal.backlog()[Step.FORWARD] == 0

    def test_what_was_acknowledged_meanwhile_is_not_sent_again(self, database: Database) -> None:
        arrival_id = database.arrivals.record(arrival(), ["archive"])
        database.forwards.note(failed(number=arrival_id))
        letters = database.forwards.dead_letters(BOTH)
        database.journal.tick(claimed_work(database, Step.FORWARD))
        database.forwards.requeue(letters, MORNING)
        assert database.journal.backlog()[Step.FORWARD] == 0

    def test_a_requeued_letter_that_fails_for_good_again_is_back_on_the_list(self, database: Database) -> None:
        arrival_id = database.arrivals.record(arrival(), ["archive"])
        database.forwards.note(failed(number=arrival_id))
        database.forwards.requeue(database.forwards.dead_letters(BOTH), MORNING)
        database.forwards.note(failed(number=arrival_id))
        assert len(database.forwards.dead_letters(BOTH)) == 1

    def test_acknowledged_are_arrivals_of_that_uid_at_that_destination_since_then(
        self, database: Database, fake_clock: FakeClock
    ) -> None:
        forwarded(database, 1)
        fake_clock.advance(DAY)
        forwarded(database, 1)
        forwarded(database, 2)
        forwarded(database, 1, "research")
        database.arrivals.record(arrival(1), ["archive"])
        uid = arrival(1).sop_instance_uid
        asked = database.forwards.acknowledged
        assert asked("archive", uid, MORNING, 10) == (arrival(1), arrival(1))
        assert asked("archive", uid, MORNING, 1) == (arrival(1),)
        assert asked("archive", uid, MORNING + MINUTE, 10) == ()  # it came before
        assert asked("archive", SopInstanceUid("1.9"), MORNING, 10) == ()

    def test_done_work_of_other_steps_is_not_counted(self, database: Database) -> None:
        arrival_id = database.arrivals.record(arrival())
        database.journal.queue([NewWork(Step.MATCH, f"{arrival_id}>archive", MORNING)])
        database.journal.tick(claimed_work(database, Step.MATCH))
        assert database.forwards.acknowledged("archive", arrival(1).sop_instance_uid, MORNING, 9) == ()


class TestDatabaseForwardBook(ForwardBookContract):
    """SQLite and PostgreSQL."""


class TestMemoryForwardBook(ForwardBookContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
