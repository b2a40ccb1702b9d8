"""No sentence ends early, and none has broken punctuation."""

import pytest

from pacs_dedup.domain.evidence import Coverage, Fact, PatientTier
from pacs_dedup.domain.sentences import sentence_of
from pacs_dedup.domain.verdict import Relation
from tests.builders import make_coverage, make_evidence

COVERAGES = (
    make_coverage(),
    make_coverage(exact=0, verified=10, confirmed=9),
    make_coverage(exact=0, verified=10, sketched=9),
    make_coverage(exact=0, verified=10, sketched=9, confirmed=1),
    make_coverage(incoming=1, prior=1, exact=0, images_matched=0, turned=1),
)


@pytest.mark.parametrize("coverage", COVERAGES)
@pytest.mark.parametrize("relation", Relation)
def test_every_sentence_is_whole(relation: Relation, coverage: Coverage) -> None:
    levels = {Fact.PATIENT_NAME: "diff", Fact.PRESENTATION: "differs"}
    sentence = sentence_of(relation, make_evidence(coverage=coverage, levels=levels, patient_tier=PatientTier.POSSIBLE))
    assert sentence[0].isupper() or sentence[0].isdigit()
    assert sentence.endswith(".")
    assert not any(pair in sentence for pair in (",;", ",,", "  ", " .", " ,", ",.", ";."))
