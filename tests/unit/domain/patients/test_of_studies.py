"""Who the patient is, when the instances of one study need not agree among themselves."""

from dataclasses import replace
from itertools import permutations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.evidence import Fact, PatientTier
from pacs_dedup.domain.patients.identity import PatientId, PatientIdentity, PersonNameParts
from pacs_dedup.domain.patients.name_frequencies import NameFrequencies
from pacs_dedup.domain.patients.names import name_keys
from pacs_dedup.domain.patients.of_studies import compare_study_patients
from tests.builders import CHAN, NOBODY, PATIENT, STRANGER, make_instance, make_patient, make_slices


def link(incoming: tuple, prior: tuple) -> PatientTier:
    return compare_study_patients(incoming, prior, pixels_equal=True).tier


def test_one_instance_of_another_patient_speaks_for_its_study() -> None:
    mixed = (*make_slices(99), make_instance("100", patient=STRANGER))
    assert link(mixed, make_slices(99)) is PatientTier.DIFFERENT
    assert link(make_slices(99), mixed) is PatientTier.DIFFERENT


@pytest.mark.parametrize("patients", [*permutations([PATIENT, PATIENT, NOBODY])])
def test_one_instance_that_names_nobody_makes_the_patient_unknown_wherever_it_stands(patients: tuple) -> None:
    some_nameless = tuple(make_instance(str(n), patient=patient) for n, patient in enumerate(patients))
    assert link(some_nameless, make_slices(3)) is PatientTier.UNKNOWN
    assert link(make_slices(3), some_nameless) is PatientTier.UNKNOWN
    assert link(some_nameless, some_nameless) is PatientTier.UNKNOWN


WONG = STRANGER.name
NUMBERED = [
    make_patient(PatientId("1", "QEH"), name=name, birth_date=date, sex=sex)
    for name, date, sex in product([CHAN, WONG], ["19600229", "19870101", ""], ["M", ""])
]
_people = st.lists(st.sampled_from([PATIENT, STRANGER, NOBODY, make_patient(PatientId("2", "PMH")), *NUMBERED]))


@given(_people, _people, st.randoms())
def test_who_the_patient_is_depends_on_no_order_and_no_direction(
    here: list[PatientIdentity], there: list[PatientIdentity], random: Random
) -> None:
    found = set()
    for turned_round in (False, True, False):
        sides = [[make_instance(str(n), patient=p) for n, p in enumerate(side)] for side in (here, there)]
        said = compare_study_patients(*(sides[::-1] if turned_round else sides), pixels_equal=True)
        found.add((said.tier, round(said.bits, 6), said.vetoes))
        for side in (here, there):
            random.shuffle(side)
    assert len(found) == 1


def test_of_two_that_are_as_grave_the_one_under_another_name_speaks() -> None:
    known = make_slices(1, patient=make_patient(PatientId("2", "PMH")))
    renamed = make_patient(PatientId("1", "QEH"), name=WONG)
    reborn = make_patient(PatientId("1", "QEH"), birth_date="19870101")
    assert link([make_instance(patient=renamed)], known) is link([make_instance(patient=reborn)], known)
    for order in permutations([renamed, reborn]):
        instances = [make_instance(str(n), patient=patient) for n, patient in enumerate(order)]
        found = compare_study_patients(instances, known, pixels_equal=True)
        assert [c.level for c in found.comparisons if c.fact is Fact.PATIENT_NAME] == ["diff"]


def test_what_speaks_against_an_unknown_patient_is_graver_than_a_possible_one() -> None:
    other_sex = PatientIdentity(sex="F")
    possible = make_patient(PatientId("1", "QEH"), name=WONG)
    mixed = [make_instance(str(n), patient=patient) for n, patient in enumerate([possible, other_sex])]
    found = compare_study_patients(
        mixed, make_slices(1, patient=make_patient(PatientId("2", "PMH"))), pixels_equal=True
    )
    assert found.tier is PatientTier.UNKNOWN
    assert found.bits < 0


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
