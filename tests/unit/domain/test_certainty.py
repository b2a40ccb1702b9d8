"""How sure a verdict is said to be."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.decide import certainty_of
from pacs_dedup.domain.evidence import Coverage, Evidence, SopFindings
from pacs_dedup.domain.verdict import Certainty, Relation
from tests.builders import make_coverage, make_evidence

CONFLICT = SopFindings(shared=10, conflicting=10)
BY_NOISE = make_evidence(
    coverage=make_coverage(exact=0, verified=10, tried=9, confirmed=9), sop=SopFindings(shared=1, lossy_twin=1)
)


@pytest.mark.parametrize(
    ("relation", "evidence", "expected"),
    [
        (Relation.UNDECIDED, make_evidence(), Certainty.POSSIBLE),
        (Relation.UNDIGESTABLE, make_evidence(), Certainty.POSSIBLE),
        (Relation.EXACT_COPY, make_evidence(), Certainty.CERTAIN),
        (Relation.RESEND, make_evidence(sop=SopFindings(shared=1, identical=1)), Certainty.CERTAIN),
        (
            Relation.LOSSY_COPY,
            make_evidence(coverage=make_coverage(exact=0, verified=10, tried=9, confirmed=9)),
            Certainty.LIKELY,
        ),
        (
            Relation.LOSSY_COPY,
            make_evidence(coverage=make_coverage(exact=0, verified=10, tried=9, confirmed=9, settled=1)),
            Certainty.POSSIBLE,
        ),
        (
            Relation.LOSSY_COPY,
            make_evidence(coverage=make_coverage(exact=0, verified=10, tried=9, confirmed=8)),
            Certainty.POSSIBLE,
        ),
        (Relation.LOSSY_COPY, BY_NOISE, Certainty.LIKELY),
        (Relation.LOSSY_TWIN, BY_NOISE, Certainty.LIKELY),
        (Relation.LOSSY_TWIN, make_evidence(sop=SopFindings(shared=10, lossy_twin=10)), Certainty.POSSIBLE),
        (Relation.UID_CONFLICT, replace(BY_NOISE, sop=CONFLICT), Certainty.CERTAIN),
        (Relation.UID_CONFLICT, make_evidence(sop=replace(CONFLICT, refuted=9)), Certainty.CERTAIN),
        (Relation.UID_CONFLICT, make_evidence(sop=replace(CONFLICT, refuted=10)), Certainty.POSSIBLE),
        (Relation.UID_CONFLICT, make_evidence(sop=SopFindings(10, 9, conflicting=1, refuted=1)), Certainty.POSSIBLE),
        (Relation.CORRECTED_RESEND, make_evidence(sop=SopFindings(shared=10, corrected=10)), Certainty.CERTAIN),
        (
            Relation.CORRECTED_RESEND,
            make_evidence(sop=SopFindings(shared=10, corrected=1, not_comparable=9)),
            Certainty.POSSIBLE,
        ),
        (Relation.CONTINUED, make_evidence(coverage=Coverage(), sop=SopFindings(1, identical=1)), Certainty.CERTAIN),
        (Relation.CONTINUED, make_evidence(), Certainty.LIKELY),
        (Relation.REPEAT_ACQUISITION, make_evidence(coverage=Coverage()), Certainty.LIKELY),
        (Relation.CONTINUED, make_evidence(coverage=Coverage(tried=5, rejected=5)), Certainty.POSSIBLE),
        (Relation.OTHER_RECONSTRUCTION, make_evidence(coverage=Coverage()), Certainty.LIKELY),
        (Relation.ORIENTATION_TWIN, make_evidence(coverage=Coverage(turned=3)), Certainty.CERTAIN),
        (Relation.DISTINCT, make_evidence(coverage=Coverage()), Certainty.POSSIBLE),
        (Relation.DISTINCT, make_evidence(coverage=Coverage(), total_bits=-1.0), Certainty.LIKELY),
        (Relation.DISTINCT, make_evidence(coverage=Coverage(exact=1), total_bits=-1.0), Certainty.LIKELY),
    ],
)
def test_confidence_follows_the_kind_of_evidence(relation: Relation, evidence: Evidence, expected: Certainty) -> None:
    assert certainty_of(relation, evidence) is expected
