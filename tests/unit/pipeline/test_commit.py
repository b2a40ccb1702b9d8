"""What is found about a request for commitment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pacs_dedup.dicom.commitment_status import FailureReason
from pacs_dedup.domain.commitment import CommitmentAnswer, Failed, Reference
from pacs_dedup.pipeline.commit import CONFIRMED_WITHIN, commit_once
from pacs_dedup.ports.arrival_spool import SpoolUsage, WaitingArrival
from pacs_dedup.ports.commitment_requests import Inquiry
from pacs_dedup.ports.journal import Step
from tests.commitments import HOUR, MINUTE, MR, SECOND, Desk, named
from tests.fakes.arrival_spool import MemoryArrivalSpool


@pytest.fixture
def desk() -> Desk:
    return Desk()


def found(desk: Desk, inquiry: Inquiry) -> CommitmentAnswer:
    assert commit_once(desk.holdings)
    answered = desk.database.commitment_requests.get(inquiry.subject)
    assert answered is not None
    assert answered.answer is not None
    return answered.answer


def reason(desk: Desk, reference: Reference, *, requester: str = "EAST") -> int | None:
    """Why one reference is not committed to; None where it is."""
    answer = found(desk, desk.request(reference, requester=requester))
    return None if answer.committed == (reference,) else answer.failed[0].reason


def test_nothing_waits_and_nothing_is_done(desk: Desk) -> None:
    assert not commit_once(desk.holdings)


def test_what_the_requester_delivered_and_is_held_is_committed(desk: Desk) -> None:
    for number in (1, 2):
        desk.receive(number, b"pixels %d" % number)
    inquiry = desk.request(named(2), named(1))
    assert found(desk, inquiry) == CommitmentAnswer(inquiry.request.transaction_uid, (named(2), named(1)))


def test_what_nobody_or_somebody_else_delivered_is_no_such_object(desk: Desk) -> None:
    desk.receive(1, b"pixels", source="WEST")
    inquiry = desk.request(named(1), named(2))
    no_such = FailureReason.NO_SUCH_OBJECT
    assert found(desk, inquiry).failed == (Failed(named(1), no_such), Failed(named(2), no_such))


def test_what_the_requester_was_told_was_not_taken_is_no_such_object(desk: Desk) -> None:
    desk.receive(1, b"pixels", refused="SOP class or instance UID of command and data set differ")
    assert reason(desk, named(1)) == FailureReason.NO_SUCH_OBJECT


def test_another_sop_class_is_a_conflict(desk: Desk) -> None:
    desk.receive(1, b"pixels")
    assert reason(desk, named(1, MR)) == FailureReason.CLASS_INSTANCE_CONFLICT


def test_what_is_lost_is_a_processing_failure_and_an_alert(desk: Desk) -> None:
    arrival_id, blob_id = desk.receive(1, b"pixels")
    desk.blobs.path(blob_id).write_bytes(b"pixelz")
    assert reason(desk, named(1)) == FailureReason.PROCESSING_FAILURE
    (problem,) = desk.database.arrivals.problems()
    assert problem.arrival_id == arrival_id
    assert "missing or damaged" in problem.cause


@pytest.mark.parametrize(
    ("let_go", "archived", "expected", "problems"),
    [
        (True, True, None, 0),
        (True, False, FailureReason.PROCESSING_FAILURE, 0),
        (False, True, None, 1),
        (False, False, FailureReason.PROCESSING_FAILURE, 1),
    ],
)
def test_what_is_not_here_is_committed_where_an_archive_is_and_an_alert_unless_it_was_let_go(
    desk: Desk, let_go: bool, archived: bool, expected: FailureReason | None, problems: int
) -> None:
    _, blob_id = desk.receive(1, b"pixels")
    desk.blobs.path(blob_id).write_bytes(b"")
    desk.archived |= {blob_id} if archived else set()
    desk.let_go |= {blob_id} if let_go else set()
    assert reason(desk, named(1)) == expected
    assert len(desk.database.arrivals.problems()) == problems


def test_of_several_contents_of_one_sender_each_must_be_held(desk: Desk) -> None:
    _, first = desk.receive(1, b"before the correction")
    desk.receive(1, b"after the correction")
    assert reason(desk, named(1)) is None
    desk.blobs.path(first).write_bytes(b"")
    again = desk.request(named(1), uid="1.2.4")
    assert found(desk, again).failed == (Failed(named(1), FailureReason.PROCESSING_FAILURE),)


def test_another_senders_content_of_the_same_uid_does_not_matter(desk: Desk) -> None:
    desk.receive(1, b"of the east")
    _, lost = desk.receive(1, b"of the west", source="WEST")
    desk.blobs.path(lost).write_bytes(b"")
    assert reason(desk, named(1), requester="EAST") is None
    assert reason(desk, named(1), requester="WEST") == FailureReason.PROCESSING_FAILURE


def test_a_reused_transaction_uid_fails_as_a_whole(desk: Desk) -> None:
    for number in (1, 2):
        desk.receive(number, b"pixels")
    assert found(desk, desk.request(named(1))).failed == ()
    duplicate = FailureReason.DUPLICATE_TRANSACTION_UID
    second = found(desk, desk.request(named(1), named(2)))
    assert (second.committed, second.failed) == ((), (Failed(named(1), duplicate), Failed(named(2), duplicate)))


def test_nothing_is_said_while_acknowledged_arrivals_wait_in_the_spool(desk: Desk) -> None:
    waiting = WaitingArrival(replace(desk.arrival(1, b"pixels"), receipt="a" * 32))
    desk.spool.put(waiting)
    inquiry = desk.request(named(1))
    assert commit_once(desk.holdings)
    assert desk.database.commitment_requests.get(inquiry.subject) == inquiry
    desk.database.arrivals.record(waiting.arrival)
    desk.spool.remove(waiting)
    desk.clock.advance(2 * SECOND)
    assert found(desk, inquiry).committed == (named(1),)


def test_a_spooled_arrival_that_nobody_can_read_leaves_open_what_was_delivered(desk: Desk) -> None:
    class Torn(MemoryArrivalSpool):
        def usage(self) -> SpoolUsage:
            return SpoolUsage(set_aside=1)

    desk.spool = Torn()
    desk.receive(1, b"pixels")
    answer = found(desk, desk.request(named(1), named(2)))
    assert (answer.committed, answer.failed) == ((named(1),), (Failed(named(2), FailureReason.PROCESSING_FAILURE),))


def test_the_report_waits_as_long_as_the_association_may_carry_it(desk: Desk) -> None:
    desk.request(named(1))
    commit_once(desk.holdings)
    assert desk.database.journal.claim(Step.REPORT, MINUTE) is None
    desk.clock.advance(5 * SECOND + CONFIRMED_WITHIN)
    assert desk.database.journal.claim(Step.REPORT, MINUTE)


def test_where_the_association_never_carries_it_the_report_is_due_at_once(desk: Desk) -> None:
    desk.request(named(1))
    commit_once(replace(desk.holdings, same_association=timedelta()))
    assert desk.database.journal.claim(Step.REPORT, MINUTE)


def test_a_round_that_is_over_is_not_looked_into(desk: Desk) -> None:
    inquiry = desk.request(named(1))
    desk.database.commitment_requests.give_up(inquiry.subject, desk.clock.now())
    second = desk.request(named(1))
    desk.receive(1, b"pixels")
    assert commit_once(desk.holdings)
    desk.clock.advance(HOUR)
    assert commit_once(desk.holdings)
    answered = desk.database.commitment_requests.get(second.subject)
    assert answered is not None
    assert answered.answer is not None
    assert not commit_once(desk.holdings)
