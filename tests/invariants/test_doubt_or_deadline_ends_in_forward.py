"""Whatever fails or is not decided in time, every image goes out: unflagged, flagged, or after the longest hold."""

from datetime import timedelta

import pytest
from hypothesis import given

from pacs_dedup.domain.case import Verb
from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.evidence import Evidence, PatientTier
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.verdict import Disposition, Relation
from pacs_dedup.pipeline.review import decide_case, undo_case
from tests.builders import make_slices, renewed
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
        evidence.coverage.verified,
        evidence.coverage.unreadable_incoming,
        evidence.coverage.matched < evidence.coverage.incoming,
    )
    if any(doubt) and verdict.relation is not Relation.UID_CONFLICT:
        assert verdict.disposition is not Disposition.QUARANTINE
