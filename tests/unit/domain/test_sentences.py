"""The verdict in one sentence, word for word."""

import pytest

from pacs_dedup.domain.evidence import Coverage, Evidence, Fact, PatientTier, SopFindings
from pacs_dedup.domain.sentences import sentence_of
from pacs_dedup.domain.verdict import Relation
from tests.builders import make_coverage, make_evidence

ALTERED = make_coverage(exact=0, verified=10, confirmed=9)
SKETCHED = make_coverage(exact=0, verified=10, sketched=9)
BOTH = make_coverage(exact=0, verified=10, sketched=9, confirmed=1)
TURNED = make_coverage(incoming=1, prior=1, exact=0, images_matched=0, turned=1)
STRANGER = {"patient_tier": PatientTier.DIFFERENT}
POSSIBLY = {"patient_tier": PatientTier.POSSIBLE}
RENAMED = {**POSSIBLY, "levels": {Fact.PATIENT_NAME: "diff"}}
PERSON = " One of the two studies may be filed under the wrong person: check the identity first."


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (
            make_evidence(),
            "A copy under new UIDs, for the same patient: 10 of 10 items have exactly the same pixels.",
        ),
        (
            make_evidence(sop=SopFindings(shared=3), patient_tier=PatientTier.PROBABLE),
            "A copy with some UIDs renewed, for probably the same patient: 10 of 10 items have exactly the same "
            "pixels.",
        ),
        (
            make_evidence(coverage=make_coverage(exact=7, value=3)),
            "A copy under new UIDs, for the same patient: 10 of 10 items have the same pixels once rescaling, "
            "inversion or borders are undone.",
        ),
        (
            make_evidence(coverage=Coverage(incoming=2, prior=2, exact=2)),
            "A copy under new UIDs, for the same patient: 2 of 2 items have exactly the same content.",
        ),
    ],
)
def test_what_is_said_of_an_exact_copy(evidence: Evidence, sentence: str) -> None:
    assert sentence_of(Relation.EXACT_COPY, evidence) == sentence


@pytest.mark.parametrize(
    ("evidence", "how"),
    [
        (
            make_evidence(coverage=ALTERED, better="prior"),
            "show the same acquisition with altered pixels; the known study is the better version.",
        ),
        (
            make_evidence(coverage=SKETCHED),
            "have the same noise by their sketches (the pixels are no longer held); the two versions are of equal "
            "quality.",
        ),
        (
            make_evidence(coverage=BOTH, better="incoming"),
            "have the same noise, some by their sketches (the pixels are no longer held); the incoming study is the "
            "better version.",
        ),
    ],
)
def test_what_is_said_of_a_lossy_copy(evidence: Evidence, how: str) -> None:
    assert sentence_of(Relation.LOSSY_COPY, evidence) == (
        f"A copy under new UIDs, for the same patient: 10 of 10 items {how}"
    )


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (make_evidence(**STRANGER), "10 of 10 items have exactly the same pixels as images filed for another patient."),
        (
            make_evidence(coverage=TURNED, **STRANGER),
            "1 of 1 item has, once flipped or rotated, the same pixels as an image filed for another patient.",
        ),
        (
            make_evidence(coverage=make_coverage(incoming=12, turned=2), patient_tier=PatientTier.CONFLICT),
            "10 of 12 items have exactly the same pixels, and 2 once flipped or rotated, as images filed for a patient "
            "whose details contradict each other.",
        ),
        (
            make_evidence(coverage=Coverage(incoming=9, prior=9), sop=SopFindings(shared=9, lossy_twin=9), **STRANGER),
            "9 instances came again, lossily compressed, under the same UIDs as images filed for another patient.",
        ),
        (
            make_evidence(coverage=SKETCHED, **STRANGER),
            "10 of 10 items have the same noise by their sketches (the pixels are no longer held) as images filed for "
            "another patient.",
        ),
    ],
)
def test_what_is_said_of_images_of_somebody_else(evidence: Evidence, sentence: str) -> None:
    assert sentence_of(Relation.WRONG_PATIENT, evidence) == f"{sentence}{PERSON}"


@pytest.mark.parametrize(
    ("tier", "doubt"),
    [(PatientTier.UNKNOWN, "could not be compared"), (PatientTier.POSSIBLE, "is only possibly the same")],
)
def test_what_is_said_of_a_copy_whose_patient_is_in_doubt(tier: PatientTier, doubt: str) -> None:
    assert sentence_of(Relation.COPY_PATIENT_UNKNOWN, make_evidence(patient_tier=tier)) == (
        "10 of 10 items have exactly the same pixels as a known study, "
        f"but the patient {doubt}: settle the identity first."
    )


@pytest.mark.parametrize(
    ("coverage", "sentence"),
    [
        (
            make_coverage(prior=12),
            "A part of a known study: all 10 incoming items have exactly the same pixels as 10 of its 12.",
        ),
        (
            make_coverage(incoming=100, prior=150, exact=98, images_matched=98),
            "A part of a known study: 98 of the 100 incoming items have exactly the same pixels as 98 of its 150.",
        ),
    ],
)
def test_what_is_said_of_a_part(coverage: Coverage, sentence: str) -> None:
    assert sentence_of(Relation.SUBSET, make_evidence(coverage=coverage)) == sentence


@pytest.mark.parametrize(
    ("coverage", "sentence"),
    [
        (make_coverage(incoming=12), "it has all 10 known items and 2 more."),
        (
            make_coverage(incoming=150, prior=100, exact=98, images_matched=98),
            "it has 98 of the 100 known items and 52 more.",
        ),
        (
            make_coverage(incoming=12, exact=0, verified=10, sketched=9),
            "it has all 10 known items by their sketches (the pixels are no longer held) and 2 more.",
        ),
    ],
)
def test_what_is_said_of_a_more_complete_study(coverage: Coverage, sentence: str) -> None:
    assert sentence_of(Relation.SUPERSET, make_evidence(coverage=coverage)) == (
        f"More complete than the known study: {sentence} The known one is incomplete."
    )


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ({}, ""),
        ({"exact": 0, "verified": 10}, " with altered pixels"),
        ({"exact": 0, "verified": 10, "sketched": 5}, " by their sketches (the pixels are no longer held)"),
        (
            {"exact": 0, "verified": 10, "sketched": 5, "confirmed": 1},
            ", some by their sketches (the pixels are no longer held)",
        ),
    ],
)
def test_what_is_said_of_an_overlap(changes: dict, how: str) -> None:
    evidence = make_evidence(coverage=make_coverage(incoming=12, prior=13, **changes))
    assert sentence_of(Relation.OVERLAP, evidence) == (
        f"10 items are in both studies{how}; 2 are only in the incoming and 3 only in the known one. "
        "Neither replaces the other."
    )


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (
            make_evidence(sop=SopFindings(shared=10, corrected=10)),
            "The same instances again with other header values, for the same patient; the pixels are equal.",
        ),
        (
            make_evidence(sop=SopFindings(shared=8, corrected=8)),
            "The same instances again with other header values, for the same patient, and 2 that are new; the pixels "
            "are equal.",
        ),
        (
            make_evidence(sop=SopFindings(shared=10, corrected=10), coverage=make_coverage(exact=8, value=2)),
            "The same instances again with other header values, for the same patient; the pixels are equal once "
            "rescaling or borders are undone.",
        ),
        (
            make_evidence(sop=SopFindings(shared=10, corrected=1, not_comparable=9)),
            "The same instances again with other header values, for the same patient; the pixels are equal but for 9 "
            "that could not be examined.",
        ),
        (
            make_evidence(sop=SopFindings(shared=10, corrected=10), **RENAMED),
            "The same instances again with other header values, for possibly the same patient; the pixels are equal. "
            "What the headers say of the patient does not agree: check the identity first.",
        ),
    ],
)
def test_what_is_said_of_corrected_headers(evidence: Evidence, sentence: str) -> None:
    assert sentence_of(Relation.CORRECTED_RESEND, evidence) == sentence


@pytest.mark.parametrize(
    ("sop", "advice"),
    [
        (
            SopFindings(shared=2, conflicting=2, refuted=1),
            "Two images hide behind one UID: find out which one the report means.",
        ),
        (
            SopFindings(shared=2, conflicting=2, refuted=2),
            "By their noise alone, two images hide behind one UID: look at both.",
        ),
    ],
)
def test_what_is_said_of_one_uid_with_two_images(sop: SopFindings, advice: str) -> None:
    assert sentence_of(Relation.UID_CONFLICT, make_evidence(sop=sop)) == (
        f"2 SOP Instance UIDs that are known already arrived with different pixels. {advice}"
    )


@pytest.mark.parametrize("objects", [1, 2])
def test_what_is_said_of_one_uid_with_two_contents(objects: int) -> None:
    evidence = make_evidence(sop=SopFindings(shared=2, conflicting=2, objects=objects))
    assert sentence_of(Relation.UID_CONFLICT, evidence) == (
        "2 SOP Instance UIDs that are known already arrived with different content. "
        "Two versions hide behind one UID: find out which one counts."
    )


@pytest.mark.parametrize(("shared", "new"), [(10, ""), (9, ", and 1 that is new")])
def test_what_is_said_of_a_lossy_twin(shared: int, new: str) -> None:
    evidence = make_evidence(sop=SopFindings(shared=shared, lossy_twin=shared), better="incoming")
    assert sentence_of(Relation.LOSSY_TWIN, evidence) == (
        f"The same instances again, lossily compressed{new}; the incoming study is the better version."
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "The same study, 3 instances longer: ordinary growth."),
        (
            RENAMED,
            "The same study, 3 instances longer. What the headers say of the patient does not agree: check the "
            "identity first.",
        ),
    ],
)
def test_what_is_said_of_growth(changes: dict, sentence: str) -> None:
    evidence = make_evidence(sop=SopFindings(shared=7, identical=7), **changes)
    assert sentence_of(Relation.CONTINUED, evidence) == sentence


@pytest.mark.parametrize(
    ("coverage", "how"),
    [(make_coverage(), ""), (make_coverage(value=1), " once rescaling, inversion or borders are undone")],
)
@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ((Fact.PRESENTATION, Fact.OVERLAYS), "otherwise and with other overlays"),
        ((Fact.PRESENTATION,), "otherwise"),
        ((Fact.OVERLAYS,), "with other overlays"),
    ],
)
def test_what_is_said_of_pixels_that_are_shown_otherwise(
    coverage: Coverage, how: str, facts: tuple[Fact, ...], shown: str
) -> None:
    levels = dict.fromkeys(facts, "differs")
    assert sentence_of(Relation.PRESENTATION_TWIN, make_evidence(coverage=coverage, levels=levels)) == (
        f"The stored pixels are the same{how}, but the study is shown {shown}."
    )
