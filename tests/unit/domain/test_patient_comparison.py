"""Is it the same patient?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.evidence import PatientTier
from pacs_dedup.domain.patient import CheckState, IdentifierKind, PatientId, PatientIdentity, PersonNameParts
from pacs_dedup.domain.patient_comparison import compare_birth_dates, compare_ids, compare_patients
from tests.builders import HKID, NOBODY, PATIENT, STRANGER, make_patient
from tests.strategies import patients

OTHER_HKID = PatientId("B765432", kind=IdentifierKind.HKID, check=CheckState.VALID)


def link(incoming: PatientIdentity, prior: PatientIdentity, *, pixels_equal: bool = True) -> PatientTier:
    return compare_patients(incoming, prior, pixels_equal=pixels_equal).tier


def local(value: str, issuer: str = "", **more: object) -> PatientId:
    return PatientId(value, issuer, **more)


def hkid(value: str, check: CheckState = CheckState.VALID, **more: object) -> PatientId:
    return PatientId(value, kind=IdentifierKind.HKID, check=check, **more)


@given(patients, patients, st.booleans())
def test_patients_compare_alike_from_either_side(
    left: PatientIdentity, right: PatientIdentity, pixels_equal: bool
) -> None:
    one = compare_patients(left, right, pixels_equal=pixels_equal)
    other = compare_patients(right, left, pixels_equal=pixels_equal)
    assert (one.tier, one.bits) == (other.tier, other.bits)
    assert [c.level for c in one.comparisons] == [c.level for c in other.comparisons]


@given(patients)
def test_what_is_missing_adds_no_bits(patient: PatientIdentity) -> None:
    assert compare_patients(patient, NOBODY, pixels_equal=True).bits == 0


@given(patients, st.booleans())
def test_nobody_can_be_compared_with_nobody(patient: PatientIdentity, pixels_equal: bool) -> None:
    assert link(patient, NOBODY, pixels_equal=pixels_equal) is PatientTier.UNKNOWN


@given(patients, patients)
def test_only_an_identifier_that_agrees_makes_one_patient_sure(left: PatientIdentity, right: PatientIdentity) -> None:
    if link(left, right) is PatientTier.SAME:
        assert compare_ids(left.ids, right.ids) in ("strong_exact", "issuer_exact", "strong_no_check")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ((HKID,), (HKID,), "strong_exact"),
        ((HKID,), (hkid("A123456", CheckState.ABSENT),), "strong_no_check"),
        ((HKID,), (OTHER_HKID,), "strong_conflict"),
        ((HKID,), (hkid("A123457"),), "strong_conflict"),
        ((HKID,), (hkid("A123457", CheckState.WRONG),), "strong_typo"),
        ((HKID,), (hkid("A132456", CheckState.WRONG),), "strong_typo"),
        ((HKID,), (hkid("A123465", CheckState.ABSENT),), "not_comparable"),
        ((HKID,), (hkid("A12345", CheckState.WRONG),), "strong_conflict"),
        ((HKID,), (hkid("A321456", CheckState.WRONG),), "strong_conflict"),
        ((HKID,), (hkid("B765432", previous=True),), "not_comparable"),
        ((HKID,), (local("A123456"),), "not_comparable"),
        ((local("4711", "QEH"),), (local("4711", "QEH"),), "issuer_exact"),
        ((local("4711", "QEH"),), (local("4712", "QEH"),), "issuer_differs"),
        ((local("4711", "QEH"),), (local("4712", "QEH", previous=True),), "not_comparable"),
        ((local("12345", "QEH"),), (local("12345", "PMH"),), "not_comparable"),
        ((local("12345"),), (local("12345"),), "string_exact"),
        ((local("12345", "QEH"),), (local("12345"),), "string_exact"),
        ((local("4711"),), (local("4711"),), "not_comparable"),
        ((), (HKID,), "missing"),
    ],
)
def test_identifiers_reach_their_level(
    left: tuple[PatientId, ...], right: tuple[PatientId, ...], expected: str
) -> None:
    assert compare_ids(left, right) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("19600229", "19600229", "exact"),
        ("19600101", "19600101", "exact_default"),
        ("19600204", "19600402", "swapped"),
        ("19600229", "19600228", "near"),
        ("19600229", "19600213", "part"),
        ("19600101", "19600713", "year"),
        ("1960", "19600229", "year"),
        ("1961", "19600229", "differs"),
        ("19600229", "19871111", "differs"),
        ("", "19600229", "missing"),
    ],
)
def test_birth_dates_reach_their_level(left: str, right: str, expected: str) -> None:
    assert compare_birth_dates(left, right) == expected


def test_a_national_identifier_with_name_and_birth_date_is_one_patient() -> None:
    assert link(PATIENT, PATIENT) is PatientTier.SAME


def test_an_identifier_alone_is_only_probably_one_patient() -> None:
    alone = make_patient(name=PersonNameParts(), birth_date="", sex="")
    assert link(PATIENT, alone) is PatientTier.PROBABLE


def test_one_contradiction_makes_an_equal_identifier_only_probable() -> None:
    renamed = make_patient(name=STRANGER.name)
    assert link(PATIENT, renamed) is PatientTier.PROBABLE


def test_two_contradictions_under_one_identifier_are_a_conflict() -> None:
    other = make_patient(HKID, name=STRANGER.name, birth_date="19871111")
    assert link(PATIENT, other) is PatientTier.CONFLICT


def test_other_identifiers_with_one_name_and_birth_date_are_a_conflict() -> None:
    assert link(PATIENT, make_patient(OTHER_HKID)) is PatientTier.CONFLICT


def test_another_patient_is_another_patient_even_with_equal_pixels() -> None:
    assert link(PATIENT, STRANGER) is PatientTier.DIFFERENT
    assert link(PATIENT, STRANGER, pixels_equal=False) is PatientTier.DIFFERENT


def test_two_hospitals_numbers_are_not_a_difference() -> None:
    here, there = make_patient(local("4711", "QEH")), make_patient(local("8888", "PMH"))
    assert link(here, there) is PatientTier.PROBABLE


def test_equal_pixels_do_not_name_a_patient_whose_header_says_little() -> None:
    here, there = make_patient(local("4711", "QEH")), make_patient(local("8888", "PMH"), birth_date="")
    assert link(here, there) is PatientTier.PROBABLE
    quiet = PatientIdentity(sex="M")
    assert link(quiet, PatientIdentity(sex="F")) is PatientTier.UNKNOWN


def test_two_contradictions_without_identifiers_are_two_people() -> None:
    here = make_patient(local("4711", "QEH"))
    there = make_patient(local("8888", "PMH"), name=STRANGER.name, birth_date="19871111")
    assert link(here, there) is PatientTier.DIFFERENT


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ((HKID, local("4711", "QEH")), (OTHER_HKID, local("8888", "PMH")), "strong_conflict"),
        ((HKID, local("4711", "QEH")), (OTHER_HKID, local("4711", "QEH")), "strong_conflict"),
        ((HKID, local("4711", "QEH")), (HKID, local("8888", "QEH")), "strong_exact"),
        ((local("4711", "QEH"), local("1", "HA")), (local("4712", "QEH"), local("2", "PMH")), "issuer_differs"),
        ((local("4711", "QEH"), local("4712", "QEH")), (local("4712", "QEH"),), "issuer_exact"),
        ((HKID,), (OTHER_HKID, hkid("A123456", previous=True)), "strong_exact"),
    ],
)
def test_of_many_identifiers_a_conflict_is_not_hidden_by_what_can_not_be_compared(
    left: tuple[PatientId, ...], right: tuple[PatientId, ...], expected: str
) -> None:
    assert compare_ids(left, right) == expected
    assert compare_ids(right, left) == expected


def test_little_evidence_is_no_difference() -> None:
    number_only = PatientIdentity(ids=(local("12345"),))
    assert link(number_only, number_only, pixels_equal=False) is PatientTier.UNKNOWN
    name_only = PatientIdentity(name=PATIENT.name)
    assert link(name_only, name_only, pixels_equal=False) is PatientTier.UNKNOWN
    assert link(name_only, PatientIdentity(name=STRANGER.name), pixels_equal=False) is PatientTier.DIFFERENT
