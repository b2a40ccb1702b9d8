"""Transfers are told study by study, once when they begin and once when they end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from pacs_dedup.dicom.peek import StudyNamed
from pacs_dedup.domain.audit import AuditedStudy, AuditKind, Outcome, Party
from pacs_dedup.domain.identifiers import SopClassUid, StudyInstanceUid
from pacs_dedup.pipeline.transfers import MOST_STUDIES, Transfers, Way
from tests.fakes import FakeClock, MemoryAuditInbox

WAY = Way(Party("QEHPACS", "10.1.2.3"), Party("PACSDEDUP", "gateway"))
CT, SR = SopClassUid("1.2.840.10008.5.1.4.1.1.2"), SopClassUid("1.2.840.10008.5.1.4.1.1.88.11")
BEGIN, END = AuditKind.BEGIN_TRANSFERRING, AuditKind.INSTANCES_TRANSFERRED
Move = Callable[..., None]


def named(number: int) -> StudyNamed:
    return StudyNamed(StudyInstanceUid(f"1.2.{number}"), f"A{number}")


@pytest.fixture
def trail() -> MemoryAuditInbox:
    return MemoryAuditInbox()


@pytest.fixture
def transfers(trail: MemoryAuditInbox, fake_clock: FakeClock) -> Transfers:
    return Transfers(trail, fake_clock)


@pytest.fixture
def move(transfers: Transfers) -> Move:
    def moved(study: int, sop_class: SopClassUid = CT, *, taken: bool = True, conversation: str = "a") -> None:
        transfers.moved(conversation, WAY, named(study), sop_class, taken=taken)

    return moved


def test_of_many_instances_two_events_are_made(trail: MemoryAuditInbox, transfers: Transfers, move: Move) -> None:
    for _ in range(40):
        move(1)
    move(1, SR)
    assert [event.kind for event in trail.recorded] == [BEGIN]
    transfers.end("a")
    begin, end = trail.recorded
    assert (begin.kind, end.kind, end.outcome) == (BEGIN, END, Outcome.SUCCESS)
    assert (begin.actor, begin.peer) == (end.actor, end.peer) == (WAY.source, WAY.destination)
    assert begin.studies == (AuditedStudy("1.2.1", "A1"),)
    assert end.studies == (AuditedStudy("1.2.1", "A1", ((CT, 40), (SR, 1))),)
    assert dict(end.detail) == {"conversation": "a", "instances": "41"}


def test_each_study_of_a_conversation_is_told_by_itself(
    trail: MemoryAuditInbox, transfers: Transfers, move: Move
) -> None:
    for study in (1, 2, 1):
        move(study)
    transfers.end("a")
    told = [(event.kind, event.studies[0].study_instance_uid) for event in trail.recorded]
    assert told == [(BEGIN, "1.2.1"), (BEGIN, "1.2.2"), (END, "1.2.1"), (END, "1.2.2")]


def test_what_was_not_taken_is_told_apart(trail: MemoryAuditInbox, transfers: Transfers, move: Move) -> None:
    for taken in (True, False, True):
        move(1, taken=taken)
    transfers.end("a")
    ends = [(event.outcome, event.studies[0].sop_classes) for event in trail.recorded if event.kind is END]
    assert ends == [(Outcome.SUCCESS, ((CT, 2),)), (Outcome.SERIOUS_FAILURE, ((CT, 1),))]
    assert [event.kind for event in trail.recorded].count(BEGIN) == 1


def test_an_end_without_transfer_is_no_event(trail: MemoryAuditInbox, transfers: Transfers, move: Move) -> None:
    transfers.end("a")
    move(1)
    transfers.end("a")
    transfers.end("a")
    assert len(trail.recorded) == 2


def test_a_quiet_conversation_ends_and_a_busy_one_goes_on(
    trail: MemoryAuditInbox, transfers: Transfers, move: Move, fake_clock: FakeClock
) -> None:
    move(1, conversation="quiet")
    fake_clock.advance(timedelta(seconds=50))
    move(2, conversation="busy")
    fake_clock.advance(timedelta(seconds=10))
    assert not transfers.end_quiet(timedelta(seconds=60))
    assert [event.studies[0].study_instance_uid for event in trail.recorded if event.kind is END] == ["1.2.1"]
    transfers.end_quiet(timedelta())
    assert [event.studies[0].study_instance_uid for event in trail.recorded if event.kind is END] == ["1.2.1", "1.2.2"]


def test_a_sender_of_countless_studies_makes_only_so_many_events(
    trail: MemoryAuditInbox, transfers: Transfers, move: Move
) -> None:
    for study in range(MOST_STUDIES + 50):
        move(study)
    transfers.end("a")
    assert len(trail.recorded) == 2 * MOST_STUDIES + 1
    assert trail.recorded[-1].studies == (AuditedStudy("", "", ((CT, 50),)),)


def test_threads_lose_no_instance(trail: MemoryAuditInbox, transfers: Transfers, move: Move) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: move(number % 2), range(400)))
    transfers.end("a")
    ends = [event.studies[0].sop_classes for event in trail.recorded if event.kind is END]
    assert ends == [((CT, 200),), ((CT, 200),)]
    assert len(trail.recorded) == 4
