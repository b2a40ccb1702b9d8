"""Telling requesters what we commit to."""

from datetime import timedelta

import pytest

from pacs_dedup.domain.errors import PeerRefused, PeerUnavailable
from pacs_dedup.pipeline.commit import commit_once
from pacs_dedup.pipeline.report_commitment import FRESH, report_once
from pacs_dedup.ports.commitment_requests import Inquiry
from pacs_dedup.ports.journal import Step
from tests.commitments import HOUR, MINUTE, Desk, Peer, named

DAY = timedelta(days=1)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.receive(1, b"pixels")
    desk.request(named(1))
    commit_once(desk.holdings)
    desk.clock.advance(MINUTE)
    return desk


def told(desk: Desk) -> Inquiry | None:
    return desk.database.commitment_requests.get("1.1")


def peer_of(desk: Desk) -> Peer:
    assert desk.peer is not None
    return desk.peer


def test_a_requester_is_told_once(desk: Desk) -> None:
    assert report_once(desk.reporter)
    assert [answer.committed for answer in peer_of(desk).told] == [(named(1),)]
    assert desk.database.commitment_requests.untold() == ()
    desk.clock.advance(DAY)
    assert not report_once(desk.reporter)


@pytest.mark.parametrize("error", [PeerUnavailable("it is away"), PeerRefused("it takes no reports")])
def test_what_fails_is_tried_again(desk: Desk, error: PeerUnavailable | PeerRefused) -> None:
    peer_of(desk).troubles += [error, error]
    for _ in range(3):
        assert report_once(desk.reporter)
        assert not report_once(desk.reporter)
        desk.clock.advance(5 * MINUTE)
    assert len(peer_of(desk).told) == 1
    assert desk.database.commitment_requests.untold() == ()


def test_what_never_succeeds_is_given_up_and_stays_in_the_list(desk: Desk) -> None:
    peer_of(desk).troubles += [PeerUnavailable("it is away")] * 5000
    for _ in range(200):
        desk.clock.advance(HOUR)
        report_once(desk.reporter)
    (inquiry,) = desk.database.commitment_requests.untold()
    assert inquiry.given_up_at is not None
    assert inquiry.given_up_at - inquiry.request.received_at <= timedelta(days=7, hours=1)
    assert not desk.database.journal.backlog()[Step.REPORT]


def test_a_requester_without_an_address_is_waited_for(desk: Desk) -> None:
    known, desk.peer = desk.peer, None
    assert report_once(desk.reporter)
    desk.peer = known
    desk.clock.advance(5 * MINUTE)
    assert report_once(desk.reporter)
    assert len(peer_of(desk).told) == 1


def test_an_old_answer_is_looked_into_anew(desk: Desk) -> None:
    peer_of(desk).troubles.append(PeerUnavailable("it is away"))
    report_once(desk.reporter)
    (path,) = [
        desk.blobs.path(each.blob_id)
        for each in desk.database.arrivals.delivered("EAST", [named(1).sop_instance_uid])[named(1).sop_instance_uid]
    ]
    path.write_bytes(b"")
    desk.clock.advance(FRESH + MINUTE)
    report_once(desk.reporter)
    (answer,) = peer_of(desk).told
    assert answer.committed == ()
    inquiry = told(desk)
    assert inquiry is not None
    assert inquiry.answer == answer


def test_what_the_listener_told_meanwhile_is_not_told_again(desk: Desk) -> None:
    desk.database.commitment_requests.reported("1.1", desk.clock.now())
    assert report_once(desk.reporter)
    assert peer_of(desk).told == []
    assert not desk.database.journal.backlog()[Step.REPORT]
