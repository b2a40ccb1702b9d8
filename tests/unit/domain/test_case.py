"""A case, and what a reviewer may do with it."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.case import CaseEvent, CaseState, ReviewCase, Verb, can_undo, releases, state_after
from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.errors import DecisionRefused
from pacs_dedup.domain.evidence import Coverage, Evidence, PatientTier, SopFindings
from pacs_dedup.domain.identifiers import CaseId, StudyInstanceUid, StudyKey
from pacs_dedup.domain.policy import Policy
from tests.builders import make_coverage, make_evidence
from tests.fakes.clock import NEW_YEAR


def make_case(evidence: Evidence | None = None, state: CaseState = CaseState.NEW) -> ReviewCase:
    verdict = decide(evidence or make_evidence(), Policy())
    incoming, prior = (StudyKey(StudyInstanceUid(uid), "QEHPACS") for uid in ("1.2.3", "1.2.9"))
    opened = CaseEvent("opened", NEW_YEAR, "pacs_dedup")
    return ReviewCase(CaseId(7), incoming, 1, prior, verdict, state, NEW_YEAR, (opened,))


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (Verb.SAME, CaseState.DECIDED),
        (Verb.PARTIAL, CaseState.DECIDED),
        (Verb.KEEP_BOTH, CaseState.DECIDED),
        (Verb.NOT_A_COPY, CaseState.DISMISSED),
        (Verb.WRONG_PATIENT, CaseState.ESCALATED),
        (Verb.UNSURE, CaseState.ESCALATED),
    ],
)
def test_a_decision_moves_the_case(verb: Verb, state: CaseState) -> None:
    assert state_after(make_case(), verb, "the wrist band says so") is state


@pytest.mark.parametrize("state", [CaseState.DECIDED, CaseState.DISMISSED])
@pytest.mark.parametrize("verb", Verb)
def test_a_decided_case_is_decided_again_only_after_an_undo(verb: Verb, state: CaseState) -> None:
    with pytest.raises(DecisionRefused, match="undo that decision first"):
        state_after(make_case(state=state), verb, "because")


def test_an_escalated_case_can_be_decided() -> None:
    assert state_after(make_case(state=CaseState.ESCALATED), Verb.SAME, "") is CaseState.DECIDED


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_suspicion_of_a_wrong_patient_needs_a_reason(reason: str) -> None:
    with pytest.raises(DecisionRefused, match="needs a reason"):
        state_after(make_case(), Verb.WRONG_PATIENT, reason)


@pytest.mark.parametrize(
    "evidence",
    [
        make_evidence(sop=SopFindings(shared=10, conflicting=10)),
        make_evidence(patient_tier=PatientTier.DIFFERENT),
    ],
)
def test_two_images_or_two_patients_are_never_decided_the_same(evidence: Evidence) -> None:
    with pytest.raises(DecisionRefused, match="can not be decided as the same study"):
        state_after(make_case(evidence), Verb.SAME, "")


@pytest.mark.parametrize("tier", [PatientTier.DIFFERENT, PatientTier.CONFLICT])
@pytest.mark.parametrize(
    "changes",
    [
        {"sop": SopFindings(shared=10, corrected=10)},
        {"sop": SopFindings(shared=10, unsettled=10)},
        {"coverage": Coverage(incoming=2, prior=2, exact=2)},
    ],
)
def test_a_doubt_about_who_it_is_forbids_same_whatever_the_relation(changes: dict, tier: PatientTier) -> None:
    with pytest.raises(DecisionRefused, match="decide wrong-patient, keep-both or unsure"):
        state_after(make_case(make_evidence(patient_tier=tier, **changes)), Verb.SAME, "")


@pytest.mark.parametrize(
    "coverage",
    [
        make_coverage(incoming=11),
        make_coverage(unreadable_incoming=1),
        make_coverage(new_content=1),
        make_coverage(new_uninformative=1),
    ],
)
def test_content_that_the_known_study_lacks_forbids_same(coverage: Coverage) -> None:
    with pytest.raises(DecisionRefused, match="decide partial or keep-both"):
        state_after(make_case(make_evidence(coverage=coverage)), Verb.SAME, "")


def test_blank_frames_that_compression_altered_do_not_forbid_same() -> None:
    lossy = make_evidence(coverage=make_coverage(exact=0, verified=10, new_uninformative=2))
    assert state_after(make_case(lossy), Verb.SAME, "") is CaseState.DECIDED


def test_only_a_confirmed_copy_or_doubt_stays_held() -> None:
    assert {verb for verb in Verb if not releases(verb)} == {Verb.SAME, Verb.UNSURE}


def test_there_is_nothing_to_undo_before_a_decision() -> None:
    assert [state for state in CaseState if not can_undo(make_case(state=state))] == [CaseState.NEW]


def test_every_event_is_a_revision() -> None:
    case = make_case()
    assert case.revision == 1
    assert replace(case, events=()).revision == 0
