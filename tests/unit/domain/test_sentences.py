"""The verdict in one sentence."""

import pytest

from pacs_dedup.domain.evidence import Evidence, Fact, PatientTier, SopFindings
from pacs_dedup.domain.sentences import sentence_of
from pacs_dedup.domain.verdict import Relation
from tests.builders import make_coverage, make_evidence


@pytest.mark.parametrize(
    ("relation", "evidence", "words"),
    [
        (Relation.EXACT_COPY, make_evidence(), "10 of 10 items have exactly the same pixels"),
        (Relation.EXACT_COPY, make_evidence(), "under new UIDs, for the same patient"),
        (Relation.EXACT_COPY, make_evidence(sop=SopFindings(shared=3)), "with some UIDs renewed"),
        (Relation.EXACT_COPY, make_evidence(coverage=make_coverage(exact=7, value=3)), "once rescaling, inversion"),
        (
            Relation.LOSSY_COPY,
            make_evidence(coverage=make_coverage(exact=0, verified=10, sketched=9)),
            "10 of 10 items have the same noise by their sketches",
        ),
        (
            Relation.LOSSY_COPY,
            make_evidence(coverage=make_coverage(exact=0, verified=10), better="prior"),
            "altered pixels; the known study is the better version.",
        ),
        (Relation.LOSSY_TWIN, make_evidence(better="incoming"), "the incoming study is the better version"),
        (
            Relation.LOSSY_TWIN,
            make_evidence(sop=SopFindings(shared=9, lossy_twin=9)),
            "compressed, and 1 that are new;",
        ),
        (Relation.CORRECTED_RESEND, make_evidence(sop=SopFindings(shared=8)), "same patient, and 2 that are new;"),
        (Relation.WRONG_PATIENT, make_evidence(patient_tier=PatientTier.DIFFERENT), "filed for another patient"),
        (Relation.CORRECTED_RESEND, make_evidence(), "other header values, for the same patient"),
        (Relation.UID_CONFLICT, make_evidence(sop=SopFindings(shared=2, conflicting=2)), "2 SOP Instance UIDs"),
        (Relation.SUBSET, make_evidence(coverage=make_coverage(prior=12)), "as 10 of its 12"),
        (Relation.SUPERSET, make_evidence(coverage=make_coverage(incoming=12)), "all 10 known items and 2 more"),
        (
            Relation.OVERLAP,
            make_evidence(coverage=make_coverage(incoming=12, prior=13)),
            "10 items are in both studies; 2 are only in the incoming and 3 only in the known one",
        ),
        (Relation.CONTINUED, make_evidence(sop=SopFindings(shared=7, identical=7)), "3 instances longer"),
        (
            Relation.PRESENTATION_TWIN,
            make_evidence(levels={Fact.PRESENTATION: "differs", Fact.OVERLAYS: "differs"}),
            "other grey levels and overlays",
        ),
        (Relation.COPY_PATIENT_UNKNOWN, make_evidence(), "settle the identity first"),
        (Relation.UNDECIDED, make_evidence(), "the pixels do not settle it"),
        (Relation.UNDECIDED, make_evidence(sop=SopFindings(shared=3, unsettled=2)), "2 SOP Instance UIDs"),
        (Relation.UNDECIDED, make_evidence(patient_tier=PatientTier.CONFLICT), "check who it is first"),
    ],
)
def test_a_sentence_says_what_the_evidence_says(relation: Relation, evidence: Evidence, words: str) -> None:
    assert words in sentence_of(relation, evidence)
