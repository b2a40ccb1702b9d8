"""What every `CommitmentBook` promises."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.commitment import CommitmentAnswer, Failed, Reference, TransactionUid
from pacs_dedup.domain.identifiers import ArrivalId, BlobId, SopClassUid
from pacs_dedup.ports.commitment_book import Batch, BatchItem, CommitmentState, Sent
from pacs_dedup.ports.journal import Step
from tests.contracts.values import MINUTE, MORNING, arrival, blob, claimed_work
from tests.fakes import FakeClock, FakeDatabase

ARCHIVE = "archive"
NO_SUCH_OBJECT = 0x0112
ASKED_AS = TransactionUid("1.2.3")
LONG_AGO = MORNING - timedelta(days=1)


class CommitmentBookContract:
    """Promises of `pacs_dedup.ports.commitment_book.CommitmentBook`; needs ``database`` and ``fake_clock``."""

    def test_what_nobody_was_sent_is_not_committed(self, database: Database) -> None:
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == frozenset()
        assert database.commitments.committed(ARCHIVE, []) == frozenset()

    def test_what_is_acknowledged_is_not_committed_yet(self, database: Database) -> None:
        _send(database, 1)
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == frozenset()

    def test_what_the_destination_commits_to_is_committed_there_alone(self, database: Database) -> None:
        for number in (1, 2):
            _send(database, number)
        _ask(database)
        assert _settle(database, committed=[1])
        assert database.commitments.committed(ARCHIVE, [blob(1), blob(2), blob(3)]) == {blob(1)}
        assert database.commitments.committed("research", [blob(1)]) == frozenset()

    def test_nothing_waits_at_first(self, database: Database) -> None:
        assert _collect(database) is None

    def test_a_batch_is_made_when_it_has_been_quiet(self, database: Database) -> None:
        _send(database, 1, at=MORNING)
        _send(database, 2, at=MORNING + MINUTE)
        assert _collect(database, quiet_since=MORNING) is None
        assert _collect(database, quiet_since=MORNING + MINUTE) == 1
        assert _collect(database, quiet_since=MORNING + MINUTE) is None

    def test_a_batch_is_made_when_somebody_has_waited_too_long(self, database: Database) -> None:
        _send(database, 1, at=MORNING)
        _send(database, 2, at=MORNING + 5 * MINUTE)
        assert _collect(database, quiet_since=MORNING, overdue_since=MORNING - MINUTE) is None
        assert _collect(database, quiet_since=MORNING, overdue_since=MORNING)

    def test_a_batch_is_made_when_it_is_full_and_takes_the_oldest(self, database: Database) -> None:
        for number in (3, 1, 2):
            _send(database, number, at=MORNING + number * MINUTE)
        batch_id = _collect(database, at_most=2, quiet_since=LONG_AGO)
        assert _blobs(database, batch_id) == [blob(1), blob(2)]
        assert _collect(database, at_most=2, quiet_since=LONG_AGO) is None

    def test_a_batch_is_of_one_destination(self, database: Database) -> None:
        _send(database, 1)
        _send(database, 2, destination="research")
        assert _blobs(database, _collect(database)) == [blob(1)]
        assert _blobs(database, _collect(database, destination="research")) == [blob(2)]

    def test_a_batch_queues_its_step(self, database: Database) -> None:
        _send(database, 1)
        batch_id = _collect(database)
        assert claimed_work(database, Step.ASK).subject == str(batch_id)

    def test_a_batch_is_read_back_with_what_it_asks_about(self, database: Database) -> None:
        _send(database, 1)
        batch_id = _collect(database)
        item = BatchItem(ArrivalId(1), blob(1), _reference(1), 1, CommitmentState.ASKED)
        assert batch_id is not None
        assert database.commitments.batch(batch_id) == Batch(batch_id, ARCHIVE, (item,))

    def test_an_unknown_batch_is_none(self, database: Database) -> None:
        assert database.commitments.batch(7) is None

    def test_a_failure_is_read_back_with_its_reason(self, database: Database) -> None:
        _send(database, 1)
        batch_id = _ask(database)
        assert _settle(database, failed=[1])
        assert _states(database, batch_id) == [(CommitmentState.FAILED, NO_SUCH_OBJECT)]

    def test_an_answer_makes_the_step_due(self, database: Database) -> None:
        _send(database, 1)
        _ask(database)
        work = claimed_work(database, Step.ASK)
        database.journal.postpone(work, MORNING + 60 * MINUTE)
        assert database.journal.claim(Step.ASK, MINUTE) is None
        _settle(database, committed=[1])
        assert claimed_work(database, Step.ASK).subject == work.subject

    def test_an_answer_to_nobodys_question_changes_nothing(self, database: Database) -> None:
        _send(database, 1)
        batch_id = _ask(database)
        assert not _settle(database, committed=[1], transaction_uid=TransactionUid("9.9"))
        assert not _settle(database, committed=[1], destination="research")
        assert _states(database, batch_id) == [(CommitmentState.ASKED, None)]

    def test_an_answer_may_come_to_an_earlier_request_for_the_same_batch(self, database: Database) -> None:
        _send(database, 1)
        batch_id = _ask(database)
        database.commitments.asking(batch_id, TransactionUid("1.2.4"), MORNING + MINUTE)
        assert _settle(database, committed=[1])
        assert _states(database, batch_id) == [(CommitmentState.COMMITTED, None)]

    def test_the_first_answer_for_an_instance_counts(self, database: Database) -> None:
        _send(database, 1)
        batch_id = _ask(database)
        assert _settle(database, committed=[1])
        assert _settle(database, failed=[1])
        assert _states(database, batch_id) == [(CommitmentState.COMMITTED, None)]

    def test_what_an_answer_leaves_out_stays_open(self, database: Database) -> None:
        for number in (1, 2):
            _send(database, number)
        batch_id = _ask(database)
        _settle(database, committed=[2])
        assert _states(database, batch_id) == [(CommitmentState.ASKED, None), (CommitmentState.COMMITTED, None)]

    def test_an_answer_of_another_sop_class_does_not_count(self, database: Database) -> None:
        _send(database, 1)
        batch_id = _ask(database)
        other = replace(_reference(1), sop_class_uid=SopClassUid("1.2.840.10008.5.1.4.1.1.4"))
        assert database.commitments.settle(ARCHIVE, CommitmentAnswer(ASKED_AS, (other,)), MORNING)
        assert _states(database, batch_id) == [(CommitmentState.ASKED, None)]

    def test_noting_a_request_again_changes_nothing(self, database: Database) -> None:
        _send(database, 1)
        batch_id = _ask(database)
        database.commitments.asking(batch_id, ASKED_AS, MORNING)
        assert _settle(database, committed=[1])

    def test_what_failed_is_forwarded_again_and_asked_about_again(self, database: Database) -> None:
        database.arrivals.record(arrival(1), [ARCHIVE])
        database.journal.tick(claimed_work(database, Step.FORWARD))
        _send(database, 1)
        first = _ask(database)
        assert _settle(database, failed=[1], send_again=1)
        assert database.commitments.batch(first) == Batch(first, ARCHIVE, ())
        assert _collect(database) is None
        work = claimed_work(database, Step.FORWARD)
        assert (work.subject, work.attempts) == ("1>archive", 1)
        _send(database, 1)
        database.journal.tick(work)
        second = _collect(database)
        assert second != first
        (item,) = _items(database, second)
        assert (item.attempt, item.state, item.reason) == (2, CommitmentState.ASKED, None)

    def test_a_tick_from_before_does_not_end_what_is_forwarded_again(self, database: Database) -> None:
        database.arrivals.record(arrival(1), [ARCHIVE])
        work = claimed_work(database, Step.FORWARD)
        database.journal.tick(work)
        _send(database, 1)
        _ask(database)
        _settle(database, failed=[1], send_again=1)
        assert not database.journal.tick(work)
        assert database.journal.done(Step.FORWARD, [work.subject]) == frozenset()

    def test_what_failed_too_often_is_not_forwarded_again(self, database: Database) -> None:
        database.arrivals.record(arrival(1), [ARCHIVE])
        database.journal.tick(claimed_work(database, Step.FORWARD))
        _send(database, 1)
        _ask(database)
        _settle(database, failed=[1], send_again=1)
        database.journal.tick(claimed_work(database, Step.FORWARD))
        _send(database, 1)
        batch_id = _ask(database, TransactionUid("1.2.4"))
        assert _settle(database, failed=[1], transaction_uid=TransactionUid("1.2.4"), send_again=1)
        assert _states(database, batch_id) == [(CommitmentState.FAILED, NO_SUCH_OBJECT)]
        assert database.journal.claim(Step.FORWARD, MINUTE) is None

    def test_the_sending_that_failed_does_not_wait_again_when_it_is_told_twice(self, database: Database) -> None:
        _send(database, 1)
        batch_id = _ask(database)
        _settle(database, failed=[1])
        _send(database, 1)
        assert _states(database, batch_id) == [(CommitmentState.FAILED, NO_SUCH_OBJECT)]

    def test_a_later_arrival_of_what_failed_waits_again(self, database: Database) -> None:
        _send(database, 1)
        _ask(database)
        _settle(database, failed=[1])
        database.commitments.sent(replace(_sent(1), arrival_id=ArrivalId(9)))
        assert _collect(database) is not None

    def test_what_is_committed_stays_so_when_it_is_sent_again(self, database: Database) -> None:
        _send(database, 1)
        _ask(database)
        _settle(database, committed=[1])
        database.commitments.sent(replace(_sent(1), arrival_id=ArrivalId(9)))
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == {blob(1)}
        assert _collect(database) is None

    def test_two_contents_sent_under_one_uid_are_proven_by_neither_commitment(self, database: Database) -> None:
        _send(database, 1)
        database.commitments.sent(replace(_sent(2), reference=_reference(1)))
        _ask(database)
        _settle(database, committed=[1])
        assert database.commitments.committed(ARCHIVE, [blob(1), blob(2)]) == frozenset()

    def test_a_second_content_takes_the_proof_from_the_first(self, database: Database) -> None:
        _send(database, 1)
        _ask(database)
        _settle(database, committed=[1])
        database.commitments.sent(replace(_sent(2), reference=_reference(1)))
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == frozenset()

    def test_two_contents_at_two_destinations_are_not_ambiguous(self, database: Database) -> None:
        _send(database, 1)
        _ask(database)
        _settle(database, committed=[1])
        database.commitments.sent(replace(_sent(2), reference=_reference(1), destination="research"))
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == {blob(1)}

    def test_another_content_that_may_be_on_its_way_takes_the_proof(self, database: Database) -> None:
        _send(database, 1)
        _ask(database)
        _settle(database, committed=[1])
        other = replace(arrival(2), sop_instance_uid=_reference(1).sop_instance_uid)
        database.arrivals.record(other, [ARCHIVE])
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == {blob(1)}
        work = claimed_work(database, Step.FORWARD)
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == frozenset()
        database.journal.postpone(work, MORNING + 60 * MINUTE)
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == frozenset()

    def test_another_content_that_the_destination_has_otherwise_takes_the_proof(self, database: Database) -> None:
        other = replace(arrival(2), sop_instance_uid=_reference(1).sop_instance_uid)
        database.arrivals.record(other, [ARCHIVE])
        database.journal.tick(claimed_work(database, Step.FORWARD))
        _send(database, 1)
        _ask(database)
        _settle(database, committed=[1])
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == frozenset()

    def test_what_was_refused_or_goes_elsewhere_or_is_the_same_leaves_the_proof(self, database: Database) -> None:
        _send(database, 1)
        _ask(database)
        _settle(database, committed=[1])
        uid = _reference(1).sop_instance_uid
        database.arrivals.record(replace(arrival(2), sop_instance_uid=uid, refused="another class"), [ARCHIVE])
        database.arrivals.record(replace(arrival(3), sop_instance_uid=uid), ["research"])
        database.arrivals.record(replace(arrival(1), sop_instance_uid=uid), [ARCHIVE])
        while work := database.journal.claim(Step.FORWARD, MINUTE):
            database.journal.tick(work)
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == {blob(1)}


def _reference(number: int) -> Reference:
    described = arrival(number)
    return Reference(described.sop_class_uid, described.sop_instance_uid)


def _sent(number: int) -> Sent:
    return Sent(ARCHIVE, ArrivalId(number), blob(number), _reference(number), MORNING)


def _send(database: Database, number: int, *, at: datetime = MORNING, destination: str = ARCHIVE) -> None:
    database.commitments.sent(replace(_sent(number), sent_at=at, destination=destination))


def _collect(
    database: Database,
    *,
    destination: str = ARCHIVE,
    at_most: int = 10,
    quiet_since: datetime = MORNING + 60 * MINUTE,
    overdue_since: datetime = LONG_AGO,
) -> int | None:
    return database.commitments.collect(destination, at_most, quiet_since, overdue_since)


def _ask(database: Database, transaction_uid: TransactionUid = ASKED_AS) -> int:
    batch_id = _collect(database)
    assert batch_id is not None
    database.commitments.asking(batch_id, transaction_uid, MORNING)
    return batch_id


def _settle(
    database: Database,
    *,
    committed: tuple[int, ...] | list[int] = (),
    failed: tuple[int, ...] | list[int] = (),
    transaction_uid: TransactionUid = ASKED_AS,
    destination: str = ARCHIVE,
    send_again: int = 0,
) -> bool:
    answer = CommitmentAnswer(
        transaction_uid,
        tuple(_reference(number) for number in committed),
        tuple(Failed(_reference(number), NO_SUCH_OBJECT) for number in failed),
    )
    return database.commitments.settle(destination, answer, MORNING, send_again)


def _items(database: Database, batch_id: int | None) -> tuple[BatchItem, ...]:
    assert batch_id is not None
    batch = database.commitments.batch(batch_id)
    assert batch is not None
    return batch.items


def _blobs(database: Database, batch_id: int | None) -> list[BlobId]:
    return [item.blob_id for item in _items(database, batch_id)]


def _states(database: Database, batch_id: int) -> list[tuple[CommitmentState, int | None]]:
    return [(item.state, item.reason) for item in _items(database, batch_id)]


class TestDatabaseCommitmentBook(CommitmentBookContract):
    """SQLite and PostgreSQL."""


class TestMemoryCommitmentBook(CommitmentBookContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
