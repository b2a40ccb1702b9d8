"""Who the patient is, when the instances of one study need not agree among themselves."""

from pacs_dedup.domain.evidence import PatientTier
from pacs_dedup.domain.study_patients import compare_study_patients
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


def test_a_study_that_mostly_names_nobody_is_of_an_unknown_patient() -> None:
    mostly_nameless = (*make_slices(3, patient=NOBODY), make_instance("9"))
    assert link(mostly_nameless, make_slices(3)) is PatientTier.UNKNOWN


def test_one_instance_that_is_less_sure_makes_the_study_less_sure() -> None:
    renamed = make_patient(name=STRANGER.name)
    assert link((*make_slices(3), make_instance("9", patient=renamed)), make_slices(3)) is PatientTier.PROBABLE


def test_a_study_without_instances_names_nobody() -> None:
    assert link((), (make_instance(patient=PATIENT),)) is PatientTier.UNKNOWN
