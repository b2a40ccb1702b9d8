"""Whatever fails or is not decided in time, every image goes out: unflagged, flagged, or after the longest hold."""

from datetime import timedelta

import pytest
from hypothesis import given

from pacs_dedup.domain.case import Verb
from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.evidence import Evidence, Fact, PatientTier
from pacs_dedup.domain.patients.identity import PatientId, PersonNameParts
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.verdict import Disposition, Relation
from pacs_dedup.pipeline.review import decide_case, undo_case
from tests.builders import NOBODY, STRANGER, evidence_of, make_instance, make_patient, make_slices, renewed
from tests.site import JUDGE_WITHIN, MAX_HOLD, Site, exhaust
from tests.strategies import evidences

STACK = make_slices(3)
BROKEN = Unreadable("the preamble is missing")


def held() -> Site:
    site = Site()
    site.send_study(STACK)
    site.send_study(renewed(STACK), source="PMHPACS")
    assert (site.sent, site.held) == (3, [("PMHPACS", 1)])
    return site


def wait(site: Site, by: timedelta) -> int:
    """Let time pass with nothing at work but the sending; say what the archive has."""
    site.clock.advance(by)
    exhaust([site.forward])
    return site.sent


@pytest.mark.parametrize("done", [[], ["fingerprint"], ["fingerprint", "settle"], ["fingerprint", "settle", "match"]])
def test_an_unjudged_instance_is_forwarded_at_its_deadline_wherever_it_got_stuck(done: list[str]) -> None:
    site = Site()
    site.receive(*STACK)
    site.clock.advance(timedelta(minutes=2))
    for step in done:
        exhaust([getattr(site, step)])
        site.clock.advance(timedelta(minutes=2))
    assert wait(site, timedelta()) == 0
    assert wait(site, JUDGE_WITHIN) == 3


def test_a_held_study_is_forwarded_in_the_end_although_nobody_is_there_to_release_it() -> None:
    site = held()
    assert wait(site, MAX_HOLD - timedelta(minutes=1)) == 3
    assert wait(site, timedelta(minutes=1)) == 6


@pytest.mark.parametrize("verb", [Verb.UNSURE])
def test_a_reviewer_s_doubt_does_not_prolong_a_hold(verb: Verb) -> None:
    site = held()
    (case,) = site.database.case_book.cases()
    for _ in range(2):
        decide_case(case.case_id, verb, gate=site.gate, by="chan")
        undo_case(case.case_id, gate=site.gate, by="chan")
        site.clock.advance(MAX_HOLD / 2)
    assert wait(site, timedelta()) == 6


def test_what_can_not_be_examined_is_forwarded() -> None:
    site = Site()
    site.send_study([BROKEN, *STACK])
    assert site.sent == 4


@given(evidences())
def test_doubt_never_holds(evidence: Evidence) -> None:
    verdict = decide(evidence, Policy(action=Action.QUARANTINE))
    doubt = (
        evidence.patient_tier is not PatientTier.SAME,
        evidence.patient_vetoes,
        evidence.quality_control,
        evidence.coverage.unreadable_incoming,
        evidence.coverage.unreadable_prior,
        evidence.better == "incoming",
        evidence.sop.unsettled and not evidence.sop.conflicting,
        evidence.sop.not_comparable and evidence.sop.conflicting,
        evidence.sop.corrected and evidence.sop.conflicting,
        evidence.sop.refuted,
        evidence.sop.objects,
        evidence.level(Fact.PRESENTATION) == "not_comparable" and not evidence.sop.conflicting,
        # of a conflict it is the very reason that the pixels are not known
        evidence.coverage.verified and not evidence.sop.conflicting,
        evidence.coverage.matched < evidence.coverage.incoming and not evidence.sop.conflicting,
        evidence.sop.shared < evidence.incoming_instances and evidence.sop.conflicting,
    )
    if any(doubt):
        assert verdict.disposition is not Disposition.QUARANTINE


PMH = make_patient(PatientId("Y777777", issuer="PMH"), name=STRANGER.name, birth_date="", sex="")
NEWBORN = make_patient(name=PersonNameParts(("BB", "CHAN"), placeholder=True, baby=True))
KNOWN = make_instance("1", "known")
UNEXAMINED = make_instance("2", frames=(), unreadable="no decoder", rendition=None)


@pytest.mark.parametrize(
    "arrived",
    [
        (make_instance("1", "other", patient=PMH),),
        (make_instance("1", "other", patient=NOBODY),),
        (make_instance("1", "other", patient=NEWBORN),),
        (make_instance("1", "other", quality_control=True),),
        (make_instance("1", "other"), UNEXAMINED),
    ],
    ids=["another name", "nobody", "newborn", "phantom", "unexamined"],
)
def test_a_conflict_of_which_anything_else_is_in_doubt_is_forwarded(arrived: tuple) -> None:
    verdict = decide(evidence_of(arrived, [KNOWN, make_instance("2")]), Policy(action=Action.QUARANTINE))
    assert (verdict.relation, verdict.disposition) == (Relation.UID_CONFLICT, Disposition.ALERT)
