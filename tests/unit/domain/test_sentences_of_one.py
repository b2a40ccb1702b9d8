"""What is said of a single item, instance or UID, word for word; the sentences of several stand beside."""

import pytest

from pacs_dedup.domain.evidence import Coverage, Evidence, PatientTier, SopFindings
from pacs_dedup.domain.sentences import sentence_of
from pacs_dedup.domain.verdict import Relation
from tests.builders import make_coverage, make_evidence

ONE = make_coverage(incoming=1, prior=1, exact=1, images_matched=1)
STRANGER = {"patient_tier": PatientTier.DIFFERENT}
FIRST = " One of the two studies may be filed under the wrong person: check the identity first."


def of_uids(shared: int = 1, **counts: int) -> Evidence:
    """Evidence of ten incoming instances, of which so many have known UIDs."""
    return make_evidence(sop=SopFindings(shared=shared, **counts), better="incoming")


@pytest.mark.parametrize(
    ("coverage", "how"),
    [
        (ONE, "1 of 1 item has exactly the same pixels."),
        (Coverage(incoming=1, prior=1, exact=1), "1 of 1 item has exactly the same content."),
        (
            make_coverage(incoming=1, prior=1, exact=0, value=1),
            "1 of 1 item has the same pixels once rescaling, inversion or borders are undone.",
        ),
        (
            make_coverage(incoming=1, prior=1, exact=0, verified=1, confirmed=1),
            "1 of 1 item shows the same acquisition with altered pixels.",
        ),
        (
            make_coverage(incoming=1, prior=1, exact=0, verified=1, sketched=1),
            "1 of 1 item has the same noise by their sketches (the pixels are no longer held).",
        ),
        (make_coverage(incoming=2, exact=1), "1 of 2 items has exactly the same pixels."),
        (make_coverage(incoming=2, exact=0), "0 of 2 items have exactly the same pixels."),
    ],
)
def test_what_is_said_of_a_copy_of_one_item(coverage: Coverage, how: str) -> None:
    assert sentence_of(Relation.EXACT_COPY, make_evidence(coverage=coverage)) == (
        f"A copy under new UIDs, for the same patient: {how}"
    )


@pytest.mark.parametrize(
    ("coverage", "lossy", "sentence"),
    [
        (ONE, 0, "1 of 1 item has exactly the same pixels as an image filed for another patient."),
        (
            make_coverage(incoming=2, exact=1, turned=1),
            0,
            "1 of 2 items has exactly the same pixels, and 1 once flipped or rotated, as images filed for another "
            "patient.",
        ),
        (
            Coverage(incoming=3, prior=3, turned=2),
            0,
            "2 of 3 items have, once flipped or rotated, the same pixels as images filed for another patient.",
        ),
        (
            Coverage(incoming=1, prior=1),
            1,
            "1 instance came again, lossily compressed, under the same UID as an image filed for another patient.",
        ),
    ],
)
def test_what_is_said_of_one_image_of_somebody_else(coverage: Coverage, lossy: int, sentence: str) -> None:
    evidence = make_evidence(coverage=coverage, sop=SopFindings(shared=lossy, lossy_twin=lossy), **STRANGER)
    assert sentence_of(Relation.WRONG_PATIENT, evidence) == f"{sentence}{FIRST}"


@pytest.mark.parametrize(
    ("relation", "coverage", "sentence"),
    [
        (
            Relation.SUBSET,
            make_coverage(incoming=1, exact=1, prior=12),
            "A part of a known study: the one incoming item has exactly the same pixels as 1 of its 12.",
        ),
        (
            Relation.SUPERSET,
            make_coverage(incoming=3, exact=1, prior=1),
            "More complete than the known study: it has the one known item and 2 more. The known one is incomplete.",
        ),
        (
            Relation.OVERLAP,
            make_coverage(incoming=2, exact=1, prior=2),
            "1 item is in both studies; 1 is only in the incoming and 1 only in the known one. Neither replaces the "
            "other.",
        ),
        (
            Relation.COPY_PATIENT_UNKNOWN,
            ONE,
            "1 of 1 item has exactly the same pixels as a known study, but the patient could not be compared: settle "
            "the identity first.",
        ),
        (
            Relation.UNINFORMATIVE_MATCH,
            make_coverage(exact=0, uninformative=1),
            "Only a blank or template image is equal; that says nothing.",
        ),
        (
            Relation.UNINFORMATIVE_MATCH,
            make_coverage(exact=0, uninformative=2),
            "Only blank or template images are equal; that says nothing.",
        ),
    ],
)
def test_what_is_said_of_one_item(relation: Relation, coverage: Coverage, sentence: str) -> None:
    assert sentence_of(relation, make_evidence(coverage=coverage, patient_tier=PatientTier.UNKNOWN)) == sentence


@pytest.mark.parametrize(
    ("relation", "evidence", "sentence"),
    [
        (
            Relation.UID_CONFLICT,
            of_uids(conflicting=1),
            "1 SOP Instance UID that is known already arrived with different pixels. Two images hide behind one UID: "
            "find out which one the report means.",
        ),
        (
            Relation.UNDECIDED,
            of_uids(unsettled=1),
            "1 SOP Instance UID that is known already arrived with content that differs, and nothing settles whether "
            "it is one object, compressed or rewritten, or two: look at both.",
        ),
        (
            Relation.CONTINUED,
            of_uids(shared=9, identical=9),
            "The same study, 1 instance longer: ordinary growth.",
        ),
        (
            Relation.LOSSY_TWIN,
            of_uids(lossy_twin=1),
            "The same instance again, lossily compressed, and 9 that are new; the incoming study is the better "
            "version.",
        ),
        (
            Relation.CORRECTED_RESEND,
            of_uids(shared=9, corrected=9),
            "The same instances again with other header values, for the same patient, and 1 that is new; the pixels "
            "are equal.",
        ),
        (
            Relation.RESEND,
            of_uids(identical=1),
            "The same instance again, unchanged: an ordinary re-transmission.",
        ),
        (
            Relation.RESEND,
            of_uids(shared=2, identical=2),
            "The same instances again, unchanged: an ordinary re-transmission.",
        ),
        (
            Relation.TRANSCODED_RESEND,
            of_uids(transcoded=1),
            "The same instance again in another transfer syntax; the decoded pixels are equal.",
        ),
    ],
)
def test_what_is_said_of_one_instance(relation: Relation, evidence: Evidence, sentence: str) -> None:
    assert sentence_of(relation, evidence) == sentence
