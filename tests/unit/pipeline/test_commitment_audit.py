"""Who asked whom for storage commitment, and what came of it, is told to the audit trail."""

import json

import pytest

from pacs_dedup.domain.audit import AuditEvent, AuditKind, Outcome, Party
from pacs_dedup.domain.audit_json import from_json, to_json
from pacs_dedup.domain.errors import PeerUnavailable
from pacs_dedup.pipeline.ask_commitment import take_answer
from pacs_dedup.pipeline.commit import commit_once
from pacs_dedup.pipeline.report_commitment import report_once
from tests.commitments import ARCHIVE, HERE, HOUR, MINUTE, NO_SUCH_OBJECT, THERE, Desk, Peer, named
from tests.unit.pipeline.test_ask_commitment import run, send

ASKED, ANSWERED = AuditKind.COMMITMENT_ASKED, AuditKind.COMMITMENT_ANSWERED
EAST = Party("EAST", "192.0.2.7")


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def peer(desk: Desk) -> Peer:
    assert desk.peer is not None
    return desk.peer


def told(desk: Desk) -> list[tuple[AuditKind, Party, Party | None, Outcome, str, dict[str, str]]]:
    return [_facts(event) for event in desk.trail.recorded]


def _facts(event: AuditEvent) -> tuple[AuditKind, Party, Party | None, Outcome, str, dict[str, str]]:
    assert from_json(json.loads(json.dumps(to_json(event)))) == event
    return event.kind, event.actor, event.peer, event.outcome, event.subject, dict(event.detail)


def test_what_we_tell_a_requester_is_an_event_with_the_number_of_each_reason(desk: Desk) -> None:
    desk.receive(1, b"pixels")
    desk.audit.was_asked(desk.request(named(1), named(2), named(3)).request)
    commit_once(desk.holdings)
    desk.clock.advance(MINUTE)
    report_once(desk.reporter)
    facts = {"instances": "3", "committed": "1", "not committed, 0112 No such object instance": "2"}
    assert told(desk) == [
        (ASKED, EAST, HERE, Outcome.SUCCESS, "1.2.3", {"instances": "3"}),
        (ANSWERED, HERE, EAST, Outcome.MINOR_FAILURE, "1.2.3", facts),
    ]


def test_an_answer_that_could_never_be_told_is_a_serious_failure(desk: Desk, peer: Peer) -> None:
    desk.receive(1, b"pixels")
    desk.request(named(1))
    commit_once(desk.holdings)
    peer.troubles += [PeerUnavailable("it is away")] * 500
    for _ in range(200):
        desk.clock.advance(HOUR)
        report_once(desk.reporter)
    facts = {"instances": "1", "reason": "never told, given up"}
    assert told(desk) == [(ANSWERED, HERE, EAST, Outcome.SERIOUS_FAILURE, "1.2.3", facts)]


def test_asking_a_destination_comes_before_its_answer(desk: Desk) -> None:
    send(desk, 1)
    desk.clock.advance(MINUTE)
    run(desk)
    assert told(desk) == [
        (ASKED, HERE, THERE, Outcome.SUCCESS, "2.25.1", {"instances": "1"}),
        (ANSWERED, THERE, HERE, Outcome.SUCCESS, "2.25.1", {"instances": "1", "committed": "1"}),
    ]


def test_what_a_destination_does_not_commit_to_is_told_with_its_reason(desk: Desk, peer: Peer) -> None:
    peer.reasons[named(1)] = NO_SUCH_OBJECT
    send(desk, 1)
    desk.clock.advance(MINUTE)
    run(desk)
    facts = {"instances": "1", "committed": "0", "not committed, 0112 No such object instance": "1"}
    assert told(desk)[1] == (ANSWERED, THERE, HERE, Outcome.MINOR_FAILURE, "2.25.1", facts)


def test_a_request_that_did_not_get_through_is_told_as_one_that_did_not(desk: Desk, peer: Peer) -> None:
    peer.troubles.append(PeerUnavailable("it is away"))
    send(desk, 1)
    desk.clock.advance(MINUTE)
    run(desk)
    facts = {"instances": "1", "reason": "it is away"}
    assert told(desk) == [(ASKED, HERE, THERE, Outcome.MINOR_FAILURE, "2.25.1", facts)]


def test_an_answer_to_nobodys_question_is_no_answer(desk: Desk, peer: Peer) -> None:
    send(desk, 1)
    answer = peer.answer_to(desk.request(named(1)).request.transaction_uid, [named(1)])
    assert not take_answer(ARCHIVE, answer, desk.asker)
    assert told(desk) == []


def test_a_destination_that_is_no_longer_configured_is_named_as_it_was(desk: Desk, peer: Peer) -> None:
    answer = peer.answer_to(desk.request(named(1)).request.transaction_uid, [named(1)])
    desk.audit.was_told("former", answer)
    assert told(desk)[0][1] == Party("former")


def test_the_first_note_of_asking_counts(desk: Desk) -> None:
    note = desk.audit.asking(ARCHIVE, desk.request(named(1)).request.transaction_uid, 1)
    note()
    note("it ended the association afterwards")
    assert [event.outcome for event in desk.trail.recorded] == [Outcome.SUCCESS]


def test_a_refusal_names_who_asked_and_why(desk: Desk) -> None:
    desk.audit.refused(EAST, "there is no Action Information")
    desk.audit.distrusted(EAST, "an Event Type other than 1 and 2")
    assert told(desk) == [
        (ASKED, EAST, HERE, Outcome.MINOR_FAILURE, "", {"reason": "there is no Action Information"}),
        (ANSWERED, EAST, HERE, Outcome.MINOR_FAILURE, "", {"reason": "an Event Type other than 1 and 2"}),
    ]
