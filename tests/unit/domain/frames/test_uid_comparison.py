"""What UIDs say."""

import pytest

from pacs_dedup.domain.evidence import Comparison, Fact, SopFindings
from pacs_dedup.domain.fingerprint import StudyFingerprint
from pacs_dedup.domain.frames.uid_comparison import compare_uids
from pacs_dedup.domain.identifiers import SopInstanceUid
from tests.builders import make_slices, make_study, renewed

KNOWN = make_study(*make_slices(2))
NEW = make_study(*renewed(make_slices(2)))
OF_KNOWN = (SopInstanceUid("1.2.3.1.1"),)


def found(
    fact: Fact, incoming: StudyFingerprint, prior: StudyFingerprint, sop: SopFindings | None = None
) -> Comparison:
    return next(c for c in compare_uids(incoming, prior, sop or SopFindings()) if c.fact is fact)


@pytest.mark.parametrize(("incoming", "level", "bits"), [(KNOWN, "equal", 18.9), (NEW, "differs", 0.0)])
def test_an_equal_study_uid_is_evidence_and_another_one_is_none(
    incoming: StudyFingerprint, level: str, bits: float
) -> None:
    comparison = found(Fact.STUDY_INSTANCE_UID, incoming, KNOWN)
    assert (comparison.level, comparison.weight_bits) == (level, bits)


@pytest.mark.parametrize(
    ("sop", "level"),
    [
        (SopFindings(), "none_shared"),
        (SopFindings(shared=2, identical=2), "shared"),
        (SopFindings(shared=2, identical=1, conflicting=1), "conflicting"),
    ],
)
def test_shared_instance_uids_are_evidence_unless_they_stand_for_two_images(sop: SopFindings, level: str) -> None:
    comparison = found(Fact.SOP_INSTANCE_UIDS, KNOWN, KNOWN, sop)
    assert comparison.level == level
    assert (comparison.weight_bits > 0) is (level == "shared")


@pytest.mark.parametrize(
    ("incoming", "prior", "level"),
    [
        (NEW, KNOWN, "none"),
        (make_study(*renewed(make_slices(2), referenced_sop_instance_uids=OF_KNOWN)), KNOWN, "to_prior"),
        (KNOWN, make_study(*renewed(make_slices(2), referenced_sop_instance_uids=OF_KNOWN)), "to_incoming"),
        (make_study(*make_slices(2, referenced_sop_instance_uids=OF_KNOWN)), KNOWN, "none"),
        (make_study(*renewed(make_slices(2), previous_uids=OF_KNOWN)), KNOWN, "renamed"),
        (make_study(*renewed(make_slices(2), previous_uids=("1.2.3",))), KNOWN, "renamed"),
    ],
)
def test_references_from_one_study_to_the_other_are_found(
    incoming: StudyFingerprint, prior: StudyFingerprint, level: str
) -> None:
    assert found(Fact.SOURCE_REFERENCES, incoming, prior).level == level
