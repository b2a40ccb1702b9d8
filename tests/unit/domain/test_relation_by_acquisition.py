"""The relation of two studies that share no pixels: what their acquisitions say."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.evidence import Coverage, Evidence, Fact, PatientTier
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.relation import relate
from pacs_dedup.domain.verdict import Relation
from tests.builders import make_coverage, make_evidence

STRANGERS = pytest.mark.parametrize("link", [PatientTier.DIFFERENT, PatientTier.CONFLICT])
NO_PIXELS = make_coverage(exact=0, images_matched=0)
SAME_STUDY = {Fact.STUDY_INSTANCE_UID: "equal"}
SAME_ACQUISITION = {Fact.ACQUISITION_TIME: "equal", Fact.DEVICE: "serial_equal"}
REPEATED = {Fact.ACQUISITION_TIME: "same_day", Fact.DEVICE: "serial_equal"}


def relation(**changes: object) -> Relation:
    return relate(make_evidence(**changes), Policy())


def test_a_repeat_acquisition_is_not_a_copy() -> None:
    assert relation(coverage=NO_PIXELS, levels=REPEATED) is Relation.REPEAT_ACQUISITION


@pytest.mark.parametrize(
    "changes",
    [
        {"levels": {**REPEATED, Fact.ACQUISITION_TIME: "other_day"}},
        {"levels": {**REPEATED, Fact.DEVICE: "differs"}},
        {"levels": REPEATED, "patient_tier": PatientTier.UNKNOWN},
        {"levels": REPEATED, "patient_tier": PatientTier.DIFFERENT},
        {"levels": SAME_ACQUISITION, "patient_tier": PatientTier.DIFFERENT, "total_bits": 30.0},
    ],
)
def test_another_day_device_or_patient_is_another_study(changes: dict) -> None:
    assert relation(coverage=NO_PIXELS, **changes) is Relation.DISTINCT


@pytest.mark.parametrize(
    "evidence",
    [
        make_evidence(coverage=make_coverage(exact=0, images_matched=0, reconstructed=3), levels=SAME_ACQUISITION),
        make_evidence(coverage=NO_PIXELS, levels={**SAME_ACQUISITION, Fact.KERNEL: "differs"}),
        make_evidence(coverage=NO_PIXELS, levels={Fact.EVENT_UIDS: "shared", Fact.KERNEL: "differs"}),
    ],
)
def test_one_acquisition_with_pixels_of_another_shape_is_another_reconstruction(evidence: Evidence) -> None:
    assert relate(evidence, Policy()) is Relation.OTHER_RECONSTRUCTION


@pytest.mark.parametrize(
    ("counts", "named"),
    [
        ({"tried": 8, "reconstructed": 8}, Relation.OTHER_RECONSTRUCTION),
        ({"tried": 8, "reconstructed": 4}, Relation.OTHER_RECONSTRUCTION),
        ({"tried": 8, "reconstructed": 3}, Relation.DISTINCT),
        ({"tried": 8, "reconstructed": 7, "rejected": 1}, Relation.DISTINCT),
    ],
)
def test_noise_alone_shows_another_reconstruction_where_the_times_are_gone(counts: dict, named: Relation) -> None:
    coverage = replace(NO_PIXELS, **counts)
    assert relation(coverage=coverage, patient_tier=PatientTier.UNKNOWN) is named
    for_another = Relation.UNDECIDED if named is Relation.OTHER_RECONSTRUCTION else named
    assert relation(coverage=coverage, patient_tier=PatientTier.DIFFERENT) is for_another


def test_one_acquisition_whose_pixels_do_not_agree_is_for_a_person_where_much_else_does() -> None:
    assert relation(coverage=NO_PIXELS, levels=SAME_ACQUISITION, total_bits=20.0) is Relation.UNDECIDED
    assert relation(coverage=NO_PIXELS, levels=SAME_ACQUISITION, total_bits=19.9) is Relation.DISTINCT


def test_one_acquisition_of_which_a_side_has_no_pixels_stays_open() -> None:
    nothing = Coverage(incoming=3)
    assert relation(coverage=nothing, levels=SAME_ACQUISITION, total_bits=30.0) is Relation.DISTINCT
    broken = Coverage(incoming=3, unreadable_incoming=1)
    assert relation(coverage=broken, levels=SAME_ACQUISITION) is Relation.UNDIGESTABLE
    unread = Coverage(prior=3, unreadable_prior=1)
    assert relation(coverage=unread, levels=SAME_ACQUISITION) is Relation.UNDIGESTABLE


def test_blank_frames_of_one_acquisition_do_not_end_the_question() -> None:
    blank = make_coverage(exact=0, images_matched=0, uninformative=3)
    assert relation(coverage=blank, levels=SAME_ACQUISITION, total_bits=30.0) is Relation.UNDECIDED


@STRANGERS
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"tried": 4}, Relation.UNDECIDED),
        ({"tried": 4, "rejected": 2}, Relation.UNDECIDED),
        ({"tried": 4, "rejected": 3}, Relation.DISTINCT),
        ({"tried": 0}, Relation.DISTINCT),
    ],
)
def test_one_acquisition_for_two_patients_is_for_a_person_where_no_look_told_them_apart(
    changes: dict, expected: Relation, link: PatientTier
) -> None:
    told = {"levels": SAME_ACQUISITION, "patient_tier": link, "coverage": replace(NO_PIXELS, **changes)}
    assert relation(**told, total_bits=20.0) is expected
    assert relation(**told, total_bits=19.9) is Relation.DISTINCT
    assert relation(**{**told, "levels": REPEATED}, total_bits=20.0) is Relation.DISTINCT


def test_volumes_that_follow_one_another_within_a_second_are_repeats() -> None:
    levels = {**SAME_ACQUISITION, Fact.ACQUISITION_FRACTIONS: "differs"}
    assert relation(coverage=NO_PIXELS, levels=levels) is Relation.REPEAT_ACQUISITION


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ({}, Relation.CONTINUED),
        ({"tried": 3, "rejected": 2}, Relation.CONTINUED),
        ({"tried": 3, "rejected": 1}, Relation.UNDECIDED),
        ({"tried": 3}, Relation.UNDECIDED),
    ],
)
def test_growth_that_nobody_could_tell_from_what_is_known_is_for_a_person(looks: dict, expected: Relation) -> None:
    assert relation(coverage=replace(NO_PIXELS, **looks), levels=SAME_STUDY) is expected
