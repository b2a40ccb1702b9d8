"""Who the patient is, when the instances of one study need not agree among themselves."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.evidence import PatientTier
from pacs_dedup.domain.patients.identity import PatientId, PersonNameParts
from pacs_dedup.domain.patients.name_frequencies import NameFrequencies
from pacs_dedup.domain.patients.names import name_keys
from pacs_dedup.domain.patients.of_studies import compare_study_patients
from tests.builders import NOBODY, PATIENT, STRANGER, make_instance, make_patient, make_slices


def link(incoming: tuple, prior: tuple) -> PatientTier:
    return compare_study_patients(incoming, prior, pixels_equal=True).tier


def test_one_instance_of_another_patient_speaks_for_its_study() -> None:
    mixed = (*make_slices(99), make_instance("100", patient=STRANGER))
    assert link(mixed, make_slices(99)) is PatientTier.DIFFERENT
    assert link(make_slices(99), mixed) is PatientTier.DIFFERENT


def test_instances_without_a_patient_take_nothing_from_what_the_others_say() -> None:
    some_nameless = (*make_slices(3), make_instance("9", patient=NOBODY))
    assert link(some_nameless, make_slices(3)) is PatientTier.SAME


def test_two_people_are_found_behind_headers_that_mostly_name_nobody() -> None:
    here, there = ((*make_slices(3, patient=NOBODY), make_instance("9", patient=p)) for p in (STRANGER, PATIENT))
    assert link(here, there) is PatientTier.DIFFERENT
    assert link(there, here) is PatientTier.DIFFERENT


@pytest.mark.parametrize("count", [2, 19, 30])
def test_a_stranger_among_many_identities_is_found(count: int) -> None:
    spellings = [replace(PATIENT, display_name=f"{n}") for n in range(count)]
    many = (*make_slices(1), *(make_instance(f"{n + 2}", patient=p) for n, p in enumerate(spellings)))
    mixed = (*many, make_instance("99", patient=STRANGER))
    assert link(many, many) is PatientTier.SAME
    assert link(mixed, many) is PatientTier.DIFFERENT
    assert link(many, mixed) is PatientTier.DIFFERENT


def test_a_study_that_mostly_names_nobody_is_of_an_unknown_patient() -> None:
    mostly_nameless = (*make_slices(3, patient=NOBODY), make_instance("9"))
    assert link(mostly_nameless, make_slices(3)) is PatientTier.UNKNOWN


def test_one_instance_that_is_less_sure_makes_the_study_less_sure() -> None:
    renamed = make_patient(name=STRANGER.name)
    assert link((*make_slices(3), make_instance("9", patient=renamed)), make_slices(3)) is PatientTier.PROBABLE


def test_a_study_without_instances_names_nobody() -> None:
    assert link((), (make_instance(patient=PATIENT),)) is PatientTier.UNKNOWN


def test_a_study_that_is_only_possibly_one_person_s_is_graver_than_one_that_probably_is() -> None:
    numbered = [make_patient(PatientId(number, issuer)) for number, issuer in (("1", "QEH"), ("2", "PMH"))]
    renamed = replace(numbered[0], name=STRANGER.name)
    mixed = (*make_slices(3, patient=numbered[0]), make_instance("9", patient=renamed))
    assert link(mixed, make_slices(3, patient=numbered[1])) is PatientTier.POSSIBLE


def test_one_newborn_in_a_study_forbids_to_hold_it() -> None:
    newborn = make_patient(name=PersonNameParts(("BB", "CHAN"), baby=True, placeholder=True))
    mixed = (*make_slices(3), make_instance("9", patient=newborn))
    found = compare_study_patients(mixed, make_slices(3), pixels_equal=True)
    assert found.vetoes == ("a newborn goes by a provisional name",)
    assert compare_study_patients(make_slices(3), make_slices(3), pixels_equal=True).vetoes == ()


def test_a_common_name_counts_less_in_a_study_too() -> None:
    counted = NameFrequencies(1_000_000, dict.fromkeys(name_keys(PATIENT.name), 10_000))
    rare, common = (
        compare_study_patients(make_slices(1), make_slices(1), pixels_equal=False, frequencies=frequencies).bits
        for frequencies in (NameFrequencies(), counted)
    )
    assert common < rare - 4
