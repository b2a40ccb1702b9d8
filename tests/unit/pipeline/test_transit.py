"""What may leave the transit store, and what stays for which reason."""

from datetime import timedelta

import pytest

from pacs_dedup.domain.case import Verb
from pacs_dedup.domain.commitment import CommitmentAnswer, Reference, TransactionUid
from pacs_dedup.domain.errors import BadRequest, BlobMissing, PeerRefused, Unreadable
from pacs_dedup.domain.policy import Action
from pacs_dedup.domain.transit import Keep
from pacs_dedup.pipeline.review import decide_case
from pacs_dedup.pipeline.transit import apply_release, plan_release
from pacs_dedup.ports.commitment_book import Sent
from pacs_dedup.ports.transit_book import ItemState
from tests.site import Archive, exhaust
from tests.transit_site import BY, COPY, KEEP_FOR, STUDY, blobs_of, is_held, keeping_site, reasons, released, transit


@pytest.fixture
def site():
    return keeping_site()


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
    site.destinations = {**site.destinations, "vna": Archive("vna")}
    site.send_study(STUDY, source="ARCHIVE")
    assert (site.sent, len(site.destinations["vna"].received)) == (0, 3)
    site.clock.advance(KEEP_FOR)
    assert released(site) == 3


def test_what_nobody_took_because_every_destination_sent_it_stays(site):
    """We may have committed to it towards its sender, which may have deleted it since."""
    site.send_study(STUDY, source="ARCHIVE")
    site.clock.advance(KEEP_FOR)
    assert site.sent == 0
    assert reasons(site) == {Keep.ONLY_SENT: 3}


def test_what_came_once_more_from_elsewhere_and_was_taken_may_go(site):
    site.send_study(STUDY, source="ARCHIVE")
    site.clock.advance(timedelta(minutes=5))
    site.send_study(STUDY, source="QEHPACS")
    assert site.sent == 3
    for case in site.database.case_book.cases():
        decide_case(case.case_id, Verb.SAME, gate=site.gate, by=BY)
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
