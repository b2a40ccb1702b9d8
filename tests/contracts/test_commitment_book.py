"""What every `CommitmentBook` promises of asking: batches, requests, answers, and sending again."""

from dataclasses import replace

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.commitment import CommitmentAnswer, TransactionUid
from pacs_dedup.domain.identifiers import ArrivalId, SopClassUid
from pacs_dedup.ports.commitment_book import DENIED_AGAIN, Batch, BatchItem, CommitmentState
from pacs_dedup.ports.journal import Step
from tests.contracts.commitments import (
    ARCHIVE,
    ASKED_AS,
    LONG_AGO,
    NO_SUCH_OBJECT,
    ask,
    blobs,
    collect,
    items,
    reference,
    send,
    sent,
    settle,
    states,
)
from tests.contracts.values import MINUTE, MORNING, arrival, blob, claimed_work
from tests.fakes import FakeClock, FakeDatabase


class CommitmentBookContract:
    """Promises of `pacs_dedup.ports.commitment_book.CommitmentBook`; needs ``database`` and ``fake_clock``."""

    def test_nothing_waits_at_first(self, database: Database) -> None:
        assert collect(database) is None

    def test_a_batch_is_made_when_it_has_been_quiet(self, database: Database) -> None:
        send(database, 1, at=MORNING)
        send(database, 2, at=MORNING + MINUTE)
        assert collect(database, quiet_since=MORNING) is None
        assert collect(database, quiet_since=MORNING + MINUTE) == 1
        assert collect(database, quiet_since=MORNING + MINUTE) is None

    def test_a_batch_is_made_when_somebody_has_waited_too_long(self, database: Database) -> None:
        send(database, 1, at=MORNING)
        send(database, 2, at=MORNING + 5 * MINUTE)
        assert collect(database, quiet_since=MORNING, overdue_since=MORNING - MINUTE) is None
        assert collect(database, quiet_since=MORNING, overdue_since=MORNING)

    def test_a_batch_is_made_when_it_is_full_and_takes_the_oldest(self, database: Database) -> None:
        for number in (3, 1, 2):
            send(database, number, at=MORNING + number * MINUTE)
        batch_id = collect(database, at_most=2, quiet_since=LONG_AGO)
        assert blobs(database, batch_id) == [blob(1), blob(2)]
        assert collect(database, at_most=2, quiet_since=LONG_AGO) is None

    def test_a_batch_is_of_one_destination(self, database: Database) -> None:
        send(database, 1)
        send(database, 2, destination="research")
        assert blobs(database, collect(database)) == [blob(1)]
        assert blobs(database, collect(database, destination="research")) == [blob(2)]

    def test_a_batch_queues_its_step(self, database: Database) -> None:
        send(database, 1)
        batch_id = collect(database)
        assert claimed_work(database, Step.ASK).subject == str(batch_id)

    def test_a_batch_is_read_back_with_what_it_asks_about(self, database: Database) -> None:
        send(database, 1)
        batch_id = collect(database)
        item = BatchItem(ArrivalId(1), blob(1), reference(1), 1, CommitmentState.ASKED)
        assert batch_id is not None
        assert database.commitments.batch(batch_id) == Batch(batch_id, ARCHIVE, (item,))

    def test_an_unknown_batch_is_none(self, database: Database) -> None:
        assert database.commitments.batch(7) is None

    def test_a_failure_is_read_back_with_its_reason(self, database: Database) -> None:
        send(database, 1)
        batch_id = ask(database)
        assert settle(database, failed=[1])
        assert states(database, batch_id) == [(CommitmentState.FAILED, NO_SUCH_OBJECT)]

    def test_an_answer_makes_the_step_due(self, database: Database) -> None:
        send(database, 1)
        ask(database)
        work = claimed_work(database, Step.ASK)
        database.journal.postpone(work, MORNING + 60 * MINUTE)
        assert database.journal.claim(Step.ASK, MINUTE) is None
        settle(database, committed=[1])
        assert claimed_work(database, Step.ASK).subject == work.subject

    def test_an_answer_to_nobodys_question_changes_nothing(self, database: Database) -> None:
        send(database, 1)
        batch_id = ask(database)
        assert not settle(database, committed=[1], transaction_uid=TransactionUid("9.9"))
        assert not settle(database, committed=[1], destination="research")
        assert states(database, batch_id) == [(CommitmentState.ASKED, None)]

    def test_an_answer_may_come_to_an_earlier_request_for_the_same_batch(self, database: Database) -> None:
        send(database, 1)
        batch_id = ask(database)
        database.commitments.asking(batch_id, TransactionUid("1.2.4"), MORNING + MINUTE)
        assert settle(database, committed=[1])
        assert states(database, batch_id) == [(CommitmentState.COMMITTED, None)]

    def test_the_first_answer_for_an_instance_counts(self, database: Database) -> None:
        send(database, 1)
        batch_id = ask(database)
        assert settle(database, committed=[1])
        assert settle(database, failed=[1])
        assert states(database, batch_id) == [(CommitmentState.COMMITTED, None)]

    def test_what_an_answer_leaves_out_stays_open(self, database: Database) -> None:
        for number in (1, 2):
            send(database, number)
        batch_id = ask(database)
        settle(database, committed=[2])
        assert states(database, batch_id) == [(CommitmentState.ASKED, None), (CommitmentState.COMMITTED, None)]

    def test_an_answer_of_another_sop_class_does_not_count(self, database: Database) -> None:
        send(database, 1)
        batch_id = ask(database)
        other = replace(reference(1), sop_class_uid=SopClassUid("1.2.840.10008.5.1.4.1.1.4"))
        assert database.commitments.settle(ARCHIVE, CommitmentAnswer(ASKED_AS, (other,)), MORNING)
        assert states(database, batch_id) == [(CommitmentState.ASKED, None)]

    def test_noting_a_request_again_changes_nothing(self, database: Database) -> None:
        send(database, 1)
        batch_id = ask(database)
        database.commitments.asking(batch_id, ASKED_AS, MORNING)
        assert settle(database, committed=[1])

    def test_what_failed_is_forwarded_again_and_asked_about_again(self, database: Database) -> None:
        database.arrivals.record(arrival(1), [ARCHIVE])
        database.journal.tick(claimed_work(database, Step.FORWARD))
        send(database, 1)
        first = ask(database)
        assert settle(database, failed=[1], send_again=1)
        assert database.commitments.batch(first) == Batch(first, ARCHIVE, ())
        assert collect(database) is None
        work = claimed_work(database, Step.FORWARD)
        assert (work.subject, work.attempts) == ("1>archive", 1)
        send(database, 1)
        database.journal.tick(work)
        second = collect(database)
        assert second != first
        (item,) = items(database, second)
        assert (item.attempt, item.state, item.reason) == (2, CommitmentState.ASKED, None)

    def test_a_tick_from_before_does_not_end_what_is_forwarded_again(self, database: Database) -> None:
        database.arrivals.record(arrival(1), [ARCHIVE])
        work = claimed_work(database, Step.FORWARD)
        database.journal.tick(work)
        send(database, 1)
        ask(database)
        settle(database, failed=[1], send_again=1)
        assert not database.journal.tick(work)
        assert database.journal.done(Step.FORWARD, [work.subject]) == frozenset()

    def test_what_failed_too_often_is_neither_done_nor_forwarded_again_before_tomorrow(
        self, database: Database, fake_clock: FakeClock
    ) -> None:
        database.arrivals.record(arrival(1), [ARCHIVE])
        database.journal.tick(claimed_work(database, Step.FORWARD))
        send(database, 1)
        ask(database)
        settle(database, failed=[1], send_again=1)
        database.journal.tick(claimed_work(database, Step.FORWARD))
        send(database, 1)
        batch_id = ask(database, TransactionUid("1.2.4"))
        assert settle(database, failed=[1], transaction_uid=TransactionUid("1.2.4"), send_again=1)
        assert states(database, batch_id) == [(CommitmentState.FAILED, NO_SUCH_OBJECT)]
        assert database.journal.claim(Step.FORWARD, MINUTE) is None
        assert not database.journal.done(Step.FORWARD, ["1>archive"])
        fake_clock.advance(DENIED_AGAIN)
        work = claimed_work(database, Step.FORWARD)
        send(database, 1, at=MORNING + DENIED_AGAIN)
        database.journal.tick(work)
        (item,) = items(database, collect(database, quiet_since=MORNING + DENIED_AGAIN))
        assert (item.attempt, item.state) == (2, CommitmentState.ASKED)

    def test_the_sending_that_failed_does_not_wait_again_when_it_is_told_twice(self, database: Database) -> None:
        send(database, 1)
        batch_id = ask(database)
        settle(database, failed=[1])
        send(database, 1)
        assert states(database, batch_id) == [(CommitmentState.FAILED, NO_SUCH_OBJECT)]

    def test_a_later_arrival_of_what_failed_waits_again(self, database: Database) -> None:
        send(database, 1)
        ask(database)
        settle(database, failed=[1])
        database.commitments.sent(replace(sent(1), arrival_id=ArrivalId(9)))
        assert collect(database) is not None


class TestDatabaseCommitmentBook(CommitmentBookContract):
    """SQLite and PostgreSQL."""


class TestMemoryCommitmentBook(CommitmentBookContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
