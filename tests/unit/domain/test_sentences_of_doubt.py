"""What is said where nothing was settled, word for word."""

import pytest

from pacs_dedup.domain.evidence import Coverage, PatientTier, SopFindings
from pacs_dedup.domain.sentences import sentence_of
from pacs_dedup.domain.verdict import Relation
from tests.builders import make_evidence


@pytest.mark.parametrize(
    ("coverage", "sentence"),
    [
        (
            Coverage(prior=3, unreadable_incoming=3),
            "The pixels could not be examined; the study is kept and forwarded as it came.",
        ),
        (
            Coverage(unreadable_incoming=3, unreadable_prior=3),
            "The pixels could not be examined; the study is kept and forwarded as it came.",
        ),
        (
            Coverage(incoming=3, unreadable_prior=3),
            "The pixels of the known study could not be examined, so nothing tells whether this is a copy of it.",
        ),
    ],
)
def test_what_is_said_where_pixels_could_not_be_examined(coverage: Coverage, sentence: str) -> None:
    assert sentence_of(Relation.UNDIGESTABLE, make_evidence(coverage=coverage)) == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Much agrees, but the pixels do not settle it: a person should look."),
        (
            {"sop": SopFindings(shared=3, unsettled=2)},
            "2 SOP Instance UIDs that are known already arrived with content that differs, and nothing settles whether "
            "each is one object, compressed or rewritten, or two: look at both.",
        ),
        (
            {"patient_tier": PatientTier.CONFLICT},
            "Acquisition, UIDs, references or documents tie this study to one filed for a patient whose details "
            "contradict each other: check who it is first.",
        ),
    ],
)
def test_what_is_said_where_a_person_should_look(changes: dict, sentence: str) -> None:
    assert sentence_of(Relation.UNDECIDED, make_evidence(**changes)) == sentence
