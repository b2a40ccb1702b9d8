"""Asking destinations to commit to what they acknowledged."""

import pytest

from pacs_dedup.domain.commitment import Reference
from pacs_dedup.domain.errors import PeerRefused, PeerUnavailable
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.ask_commitment import LONGEST_WAIT, ask_once, collect_once, remember_sent, take_answer
from pacs_dedup.ports.forward_book import Trouble
from pacs_dedup.ports.journal import Step
from tests.commitments import ARCHIVE, HOUR, MINUTE, NO_SUCH_OBJECT, Desk, Peer, named


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def peer(desk: Desk) -> Peer:
    assert desk.peer is not None
    return desk.peer


def send(desk: Desk, number: int, content: bytes = b"") -> BlobId:
    """Let the archive acknowledge an instance."""
    arrival = desk.arrival(number, content or b"pixels %d" % number)
    remember_sent(
        desk.database.commitments, ARCHIVE, desk.database.arrivals.record(arrival, [ARCHIVE]), arrival, desk.clock
    )
    work = desk.database.journal.claim(Step.FORWARD, MINUTE)
    assert work is not None
    desk.database.journal.tick(work)
    return arrival.blob_id


def run(desk: Desk) -> None:
    """Do what is due."""
    asker = desk.asker
    while ask_once(asker) or collect_once(asker):
        pass


def committed(desk: Desk, *blob_ids: BlobId) -> frozenset[BlobId]:
    return desk.database.commitments.committed(ARCHIVE, blob_ids)


def test_nothing_is_asked_before_it_has_been_quiet(desk: Desk, peer: Peer) -> None:
    blob_id = send(desk, 1)
    run(desk)
    assert peer.asked == []
    desk.clock.advance(MINUTE)
    run(desk)
    assert [references for _, references in peer.asked] == [(named(1),)]
    assert committed(desk, blob_id) == {blob_id}
    assert not desk.database.journal.backlog()[Step.ASK]


def test_many_instances_make_several_requests(desk: Desk, peer: Peer) -> None:
    for number in range(25):
        send(desk, number)
    desk.clock.advance(MINUTE)
    run(desk)
    assert [len(references) for _, references in peer.asked] == [10, 10, 5]
    assert len({uid for uid, _ in peer.asked}) == 3


def test_two_contents_under_one_uid_are_asked_for_once_and_proven_by_nothing(desk: Desk, peer: Peer) -> None:
    blob_ids = [send(desk, 1, b"one"), send(desk, 1, b"other")]
    desk.clock.advance(MINUTE)
    run(desk)
    assert [references for _, references in peer.asked] == [(named(1),)]
    assert committed(desk, *blob_ids) == frozenset()


def test_who_does_not_answer_is_asked_again_ever_more_rarely(desk: Desk, peer: Peer) -> None:
    peer.answers = False
    send(desk, 1)
    desk.clock.advance(MINUTE)
    run(desk)
    asked_after = []
    for hour in range(1, 80):
        desk.clock.advance(HOUR)
        before = len(peer.asked)
        run(desk)
        asked_after += [hour] * (len(peer.asked) - before)
    assert asked_after == [1, 3, 7, 15, 31, 55, 79]
    assert len({uid for uid, _ in peer.asked}) == len(peer.asked)


def test_a_late_answer_to_an_earlier_request_counts(desk: Desk, peer: Peer) -> None:
    peer.answers = False
    blob_id = send(desk, 1)
    desk.clock.advance(MINUTE)
    run(desk)
    desk.clock.advance(HOUR)
    run(desk)
    assert take_answer(ARCHIVE, peer.answer_to(*peer.asked[0]), desk.asker)
    run(desk)
    assert committed(desk, blob_id) == {blob_id}
    assert not desk.database.journal.backlog()[Step.ASK]


def test_an_answer_that_leaves_something_out_is_asked_about_the_rest(desk: Desk, peer: Peer) -> None:
    peer.answers = False
    blob_ids = [send(desk, 1), send(desk, 2)]
    desk.clock.advance(MINUTE)
    run(desk)
    uid, _ = peer.asked[0]
    peer.answers = True
    take_answer(ARCHIVE, peer.answer_to(uid, [named(1)]), desk.asker)
    run(desk)
    assert [references for _, references in peer.asked[1:]] == [(named(2),)]
    assert committed(desk, *blob_ids) == set(blob_ids)


def test_what_is_not_committed_to_is_sent_again_so_often_and_then_listed(desk: Desk, peer: Peer) -> None:
    blob_id = send(desk, 1)
    peer.reasons[named(1)] = NO_SUCH_OBJECT
    sendings = 1
    for _ in range(5):
        desk.clock.advance(MINUTE)
        run(desk)
        while work := desk.database.journal.claim(Step.FORWARD, MINUTE):
            sendings += 1
            (arrival_id, _), arrival = work.subject.split(">"), desk.database.arrivals.get(1)
            assert arrival is not None
            remember_sent(desk.database.commitments, ARCHIVE, int(arrival_id), arrival, desk.clock)
            desk.database.journal.tick(work)
    assert sendings == 3
    (problem,) = desk.database.arrivals.problems()
    assert problem.cause == "archive does not commit to it after 3 sendings (0112 No such object instance)"
    assert committed(desk, blob_id) == frozenset()
    assert not desk.database.journal.backlog()[Step.ASK]
    (letter,) = desk.database.forwards.dead_letters([ARCHIVE])
    assert (letter.trouble, letter.cause) == (Trouble.DENIED, problem.cause)
    assert not desk.database.journal.done(Step.FORWARD, [f"1>{ARCHIVE}"])


@pytest.mark.parametrize(
    ("error", "within"),
    [(PeerUnavailable("it is away"), 5 * MINUTE), (PeerRefused("it commits to nothing"), LONGEST_WAIT)],
)
def test_a_request_that_does_not_get_through_is_made_again(
    desk: Desk, peer: Peer, error: PeerUnavailable | PeerRefused, within: object
) -> None:
    blob_id = send(desk, 1)
    peer.troubles.append(error)
    desk.clock.advance(MINUTE)
    run(desk)
    assert committed(desk, blob_id) == frozenset()
    desk.clock.advance(within)
    run(desk)
    assert committed(desk, blob_id) == {blob_id}


def test_a_destination_that_is_no_longer_asked_waits_until_it_is_again(desk: Desk, peer: Peer) -> None:
    peer.answers = False
    blob_id = send(desk, 1)
    desk.clock.advance(MINUTE)
    run(desk)
    peer.name, peer.answers = "", True
    desk.clock.advance(HOUR)
    run(desk)
    peer.name = ARCHIVE
    desk.clock.advance(LONGEST_WAIT)
    run(desk)
    assert committed(desk, blob_id) == {blob_id}


def test_the_reference_names_what_was_sent(desk: Desk, peer: Peer) -> None:
    send(desk, 7)
    desk.clock.advance(MINUTE)
    run(desk)
    assert peer.asked[0][1] == (Reference(named(7).sop_class_uid, named(7).sop_instance_uid),)
