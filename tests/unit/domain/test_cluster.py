"""From pairwise verdicts to one answer for the incoming study."""

import pytest

from pacs_dedup.domain.cluster import primary
from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.evidence import Evidence, Fact, PatientTier, SopFindings
from pacs_dedup.domain.identifiers import StudyInstanceUid, StudyKey
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.verdict import Disposition, Judgement, Relation
from tests.builders import make_coverage, make_evidence
from tests.fakes.clock import NEW_YEAR

COPY = make_evidence()
RESEND = make_evidence(sop=SopFindings(shared=10, identical=10))
CONFLICT = make_evidence(sop=SopFindings(shared=10, conflicting=10))
WRONG_PATIENT = make_evidence(patient_tier=PatientTier.DIFFERENT)
TIED_TO_A_STRANGER = make_evidence(
    coverage=make_coverage(exact=0, images_matched=0),
    patient_tier=PatientTier.CONFLICT,
    levels={Fact.STUDY_INSTANCE_UID: "equal"},
)


def judged(evidence: Evidence, prior: str = "1.2.9") -> Judgement:
    verdict = decide(evidence, Policy(action=Action.QUARANTINE))
    incoming, known = (StudyKey(StudyInstanceUid(uid), "QEHPACS") for uid in ("1.2.3", prior))
    return Judgement(incoming, 1, known, verdict, NEW_YEAR)


def test_a_study_that_was_compared_with_nothing_is_accepted() -> None:
    assert primary([]) is None


@pytest.mark.parametrize("alarm", [WRONG_PATIENT, TIED_TO_A_STRANGER])
@pytest.mark.parametrize("other", [COPY, RESEND])
def test_an_alarm_is_never_silenced_by_a_verdict_about_another_prior(alarm: Evidence, other: Evidence) -> None:
    first = primary([judged(other), judged(alarm)])
    assert first is not None
    assert first.verdict.disposition is Disposition.ALERT


def test_a_conflict_under_one_uid_speaks_first() -> None:
    first = primary([judged(WRONG_PATIENT), judged(CONFLICT)])
    assert first is not None
    assert first.verdict.relation is Relation.UID_CONFLICT


def test_what_was_sent_before_is_not_held_as_a_copy_of_something_else() -> None:
    first = primary([judged(COPY), judged(RESEND)])
    assert first is not None
    assert first.verdict.disposition is Disposition.ACCEPT


def test_of_two_priors_the_one_that_matches_more_speaks() -> None:
    fewer = make_evidence(coverage=make_coverage(exact=3, incoming=3, prior=3))
    first = primary([judged(fewer, "1.2.8"), judged(COPY, "1.2.9")])
    assert first is not None
    assert first.prior.study_instance_uid == "1.2.9"
