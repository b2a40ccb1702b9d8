"""What may leave the transit store, and how it does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pacs_dedup.domain.case import Verb
from pacs_dedup.domain.commitment import CommitmentAnswer, Reference, TransactionUid
from pacs_dedup.domain.errors import BadRequest, BlobMissing, PeerRefused, Unreadable
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.domain.policy import Action
from pacs_dedup.domain.transit import Keep
from pacs_dedup.pipeline.review import decide_case
from pacs_dedup.pipeline.transit import Transit, apply_release, plan_release
from pacs_dedup.ports.commitment_book import Sent
from pacs_dedup.ports.transit_book import ItemState
from tests.builders import make_slices, renewed
from tests.fakes import MemoryBlobStore
from tests.site import Archive, Site, exhaust

KEEP_FOR = timedelta(days=30)
STUDY = make_slices(3)
COPY = renewed(STUDY)
BY = "wong.sm"


class Crash(Exception):
    """The power went."""


@pytest.fixture
def site():
    site = Site(Action.FLAG)
    site.blobs = MemoryBlobStore(site.clock)
    return site


def transit(site, *, commitment=(), **changed):
    db = site.database
    made = Transit(
        book=db.transit,
        store=site.blobs,
        journal=db.journal,
        register=db.register,
        case_book=db.case_book,
        quarantine=db.quarantine,
        commitments=db.commitments,
        came_from=lambda arrival, name: arrival.source == name.upper(),
        clock=site.clock,
        destinations={name: name in commitment for name in site.destinations},
        keep_for=KEEP_FOR,
    )
    return replace(made, **changed)


def released(site, **more):
    """Plan and apply; return how many were released."""
    world = transit(site, **more)
    plan = plan_release(world)
    outcomes = list(apply_release(plan.plan_id, plan.token, by=BY, transit=world))
    return sum(item.state is ItemState.RELEASED for item in outcomes)


def reasons(site, **more):
    plan = plan_release(transit(site, **more))
    assert plan.instances == 0
    return {staying.reason: staying.instances for staying in plan.staying}


def blobs_of(site):
    return [arrival.blob_id for _, arrival in site.database.arrivals.numbered()]


def is_held(site, blob_id):
    try:
        site.blobs.path(blob_id)
    except BlobMissing:
        return False
    return True


def test_what_every_destination_has_acknowledged_may_go_when_it_is_old_enough(site):
    site.send_study(STUDY)
    site.clock.advance(KEEP_FOR)
    plan = plan_release(transit(site))
    assert plan.instances == len(STUDY)
    assert plan.size_bytes == sum(a.size_bytes for _, a in site.database.arrivals.numbered())
    assert plan.staying == ()
    assert all(is_held(site, blob_id) for blob_id in blobs_of(site)), "a plan removes nothing"
    done = list(apply_release(plan.plan_id, plan.token, by=BY, transit=transit(site)))
    assert {item.state for item in done} == {ItemState.RELEASED}
    assert not any(is_held(site, blob_id) for blob_id in blobs_of(site))
    (finished,) = site.database.transit.plans()
    assert (finished.approved_by, finished.finished_at) == (BY, site.clock.now())


def test_whoever_asks_for_released_bytes_is_told_where_they_are(site):
    site.send_study(STUDY)
    site.clock.advance(KEEP_FOR)
    released(site)
    told = pytest.raises(BlobMissing, match=r"released from the transit store on \S+ by plan 1, and is held by archive")
    with told:
        site.blobs.path(blobs_of(site)[0])


def test_arrivals_fingerprints_and_verdicts_stay(site):
    site.send_study(STUDY)
    site.send_study(COPY, source="PMHPACS")
    before = {name: what for name, what in site.state().items() if name != "archive"}
    site.clock.advance(KEEP_FOR)
    assert released(site) == 0, "the copy opened a case"
    for case in site.database.case_book.cases():
        decide_case(case.case_id, Verb.SAME, gate=site.gate, by=BY)
    assert released(site) == 2 * len(STUDY)
    after = site.state()
    assert {name: after[name] for name in before if name != "cases"} == {n: before[n] for n in before if n != "cases"}
    assert len(site.database.index.get(blobs_of(site))) == 2 * len(STUDY)


def test_what_came_lately_stays(site):
    site.send_study(STUDY)
    site.clock.advance(KEEP_FOR - timedelta(hours=1))
    assert reasons(site) == {Keep.YOUNG: 3}


def test_what_came_again_lately_stays(site):
    site.send_study(STUDY)
    site.clock.advance(KEEP_FOR)
    site.send_study(STUDY)
    assert set(reasons(site)) >= {Keep.YOUNG}


def test_what_is_not_acknowledged_yet_stays(site):
    site.receive(*STUDY)
    site.judge()
    site.clock.advance(KEEP_FOR)
    assert reasons(site) == {Keep.WAITING: 3, Keep.UNDELIVERED: 3}


def test_what_one_of_two_destinations_lacks_stays(site):
    site.send_study(STUDY)
    site.destinations = {**site.destinations, "research": Archive("research")}
    site.clock.advance(KEEP_FOR)
    assert reasons(site) == {Keep.UNDELIVERED: 3}


def test_a_dead_letter_keeps_what_it_is_about(site):
    def refuse(_path):
        raise PeerRefused("archive: refused")

    site.archive.send = refuse
    site.send_study(STUDY)
    site.clock.advance(KEEP_FOR - timedelta(hours=12))
    assert set(reasons(site)) >= {Keep.WAITING, Keep.UNDELIVERED}


def test_what_a_destination_sent_itself_is_delivered_there(site):
    site.send_study(STUDY, source="ARCHIVE")
    assert site.sent == 0
    site.clock.advance(KEEP_FOR)
    assert released(site) == 3


def test_what_could_not_be_examined_stays(site):
    site.send_study([Unreadable("not even a header")])
    site.clock.advance(KEEP_FOR)
    assert reasons(site) == {Keep.UNEXAMINED: 1}


def test_a_study_that_is_still_judged_stays(site):
    site.receive(*STUDY)
    exhaust([site.fingerprint, site.forward])
    site.clock.advance(KEEP_FOR + timedelta(minutes=1))
    assert reasons(site) == {Keep.UNSETTLED: 3}


def test_a_study_in_an_open_case_stays_on_both_sides(site):
    site.send_study(STUDY)
    site.send_study(COPY, source="PMHPACS")
    site.clock.advance(KEEP_FOR)
    assert reasons(site) == {Keep.OPEN_CASE: 6}


def test_what_is_held_back_stays_even_when_the_case_is_decided(site):
    site.action = Action.QUARANTINE
    site.send_study(STUDY)
    site.send_study(COPY, source="PMHPACS")
    assert site.held
    for case in site.database.case_book.cases():
        decide_case(case.case_id, Verb.SAME, gate=site.gate, by=BY)
    site.clock.advance(KEEP_FOR)
    told = plan_release(transit(site))
    held = {staying.reason: staying.instances for staying in told.staying}
    assert held[Keep.HELD] == 3
    assert told.instances == 3, "the original may go: every destination has it"


def commit(site, answer=None):
    """Have the archive asked for everything it was sent, and commit to it."""
    book, now = site.database.commitments, site.clock.now()
    references = []
    for number, arrival in site.database.arrivals.numbered():
        reference = Reference(arrival.sop_class_uid, arrival.sop_instance_uid)
        book.sent(Sent("archive", number, arrival.blob_id, reference, now))
        references.append(reference)
    batch = book.collect("archive", 1, now, now)
    book.asking(batch, TransactionUid("2.25.1"), now)
    book.settle("archive", answer or CommitmentAnswer(TransactionUid("2.25.1"), tuple(references)), now)


def test_where_commitment_is_asked_for_acknowledgement_is_not_enough(site):
    site.send_study(STUDY[:1])
    site.clock.advance(KEEP_FOR)
    assert reasons(site, commitment=["archive"]) == {Keep.UNCOMMITTED: 1}
    commit(site)
    assert released(site, commitment=["archive"]) == 1


def test_an_observer_releases_nothing(site):
    site.send_study(STUDY)
    site.clock.advance(KEEP_FOR)
    plan = plan_release(transit(site))
    alone = transit(site, destinations={})
    with pytest.raises(BadRequest, match="nothing is released"):
        plan_release(alone)
    with pytest.raises(BadRequest, match="nothing is released"):
        list(apply_release(plan.plan_id, plan.token, by=BY, transit=alone))
    assert all(is_held(site, blob_id) for blob_id in blobs_of(site))


@pytest.mark.parametrize(("number", "token"), [(1, "another"), (2, None), (0, None)])
def test_only_the_very_plan_that_was_shown_can_be_applied(site, number, token):
    site.send_study(STUDY)
    site.clock.advance(KEEP_FOR)
    plan = plan_release(transit(site))
    with pytest.raises(BadRequest, match="has this token"):
        list(apply_release(number, token or plan.token, by=BY, transit=transit(site)))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda site: site.receive(STUDY[0]), Keep.YOUNG),
        (lambda site: site.send_study(COPY, "PMHPACS"), Keep.OPEN_CASE),
        (lambda site: site.destinations.update(research=Archive("research")), Keep.UNDELIVERED),
    ],
)
def test_what_changed_since_the_plan_was_made_keeps_it(site, change, reason):
    site.send_study(STUDY[:1] if reason is Keep.YOUNG else STUDY)
    site.clock.advance(KEEP_FOR)
    plan = plan_release(transit(site))
    planned = [item.blob_id for item in site.database.transit.items(plan.plan_id, list(ItemState), 9)]
    change(site)
    done = list(apply_release(plan.plan_id, plan.token, by=BY, transit=transit(site)))
    assert {item.state for item in done} == {ItemState.KEPT}
    assert all(reason in item.cause for item in done)
    assert all(is_held(site, blob_id) for blob_id in planned)


def test_bytes_that_come_at_the_very_moment_stay(site):
    """The store saw them come again, and the arrival is not recorded yet."""
    site.send_study(STUDY[:1])
    site.clock.advance(KEEP_FOR)
    plan = plan_release(transit(site))
    (blob_id,) = blobs_of(site)
    site.blobs.put([site.blobs.path(blob_id).read_bytes()])
    (item,) = apply_release(plan.plan_id, plan.token, by=BY, transit=transit(site))
    assert (item.state, item.cause) == (ItemState.KEPT, "it came again")
    assert is_held(site, blob_id)


def test_released_bytes_that_come_again_are_kept_and_released_again_in_time(site):
    site.send_study(STUDY[:1])
    site.clock.advance(KEEP_FOR)
    assert released(site) == 1
    site.clock.advance(timedelta(hours=1))
    site.send_study(STUDY[:1])
    (blob_id,) = set(blobs_of(site))
    assert is_held(site, blob_id)
    assert released(site) == 0
    site.clock.advance(KEEP_FOR)
    assert released(site) == 1
    assert not is_held(site, blob_id)


class Failing:
    """A port that fails at its n-th call, before or after it did what it was asked."""

    def __init__(self, port, countdown, *, after):
        self.port, self.countdown, self.after = port, countdown, after

    def __getattr__(self, name):
        real = getattr(self.port, name)

        def call(*arguments):
            self.countdown[0] -= 1
            if not self.countdown[0] and not self.after:
                raise Crash
            outcome = real(*arguments)
            if not self.countdown[0]:
                raise Crash
            return outcome

        return call


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(1, 16))
def test_after_a_crash_anywhere_a_plan_can_be_run_again_and_ends_the_same(site, call, after):
    site.send_study(STUDY)
    site.clock.advance(KEEP_FOR)
    plan = plan_release(transit(site))
    countdown = [call]
    failing = transit(
        site,
        book=Failing(site.database.transit, countdown, after=after),
        store=Failing(site.blobs, countdown, after=after),
    )
    with pytest.raises(Crash):
        list(apply_release(plan.plan_id, plan.token, by=BY, transit=failing))
    list(apply_release(plan.plan_id, plan.token, by="somebody else", transit=transit(site)))
    items = site.database.transit.items(plan.plan_id, list(ItemState), 9)
    assert [item.state for item in items] == [ItemState.RELEASED] * 3
    assert not any(is_held(site, blob_id) for blob_id in blobs_of(site))
    (finished,) = site.database.transit.plans()
    assert finished.finished_at is not None


def test_a_plan_of_nothing_can_be_applied(site):
    plan = plan_release(transit(site))
    assert (plan.instances, plan.size_bytes) == (0, 0)
    assert list(apply_release(plan.plan_id, plan.token, by=BY, transit=transit(site))) == []


def test_the_same_contents_have_the_same_token_and_others_another(site):
    empty = plan_release(transit(site))
    site.send_study(STUDY)
    site.clock.advance(KEEP_FOR)
    first, second = plan_release(transit(site)), plan_release(transit(site))
    assert first.token == second.token != empty.token
    assert BlobId(first.token) not in blobs_of(site)
