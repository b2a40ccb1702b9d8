"""Which studies' pixels deserve a look at all."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.compare import plan_looks
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.patients.identity import PatientIdentity
from tests.builders import PATIENT, STRANGER, make_acquisition, make_instance, make_slices, make_study, renewed
from tests.looks import squeezed


def planned_count(incoming: tuple[InstanceFingerprint, ...], prior: tuple[InstanceFingerprint, ...]) -> int:
    return len(plan_looks(make_study(*incoming), make_study(*prior)))


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 3),
        ({"acquired_at": "20260101173000"}, 3),
        ({"acquired_at": "20260101093007"}, 3),
        ({"acquired_at": "20260101093007", "device_serial": "4712"}, 0),
        ({"acquired_at": "", "event_uids": ("1.9",)}, 3),
        ({"acquired_at": ""}, 0),
        ({"modality": "MR"}, 0),
    ],
)
def test_pixels_are_looked_at_where_other_facts_make_a_copy_plausible(changes: dict, count: int) -> None:
    prior = make_slices(3)
    known = tuple(replace(i, acquisition=replace(i.acquisition, event_uids=("1.9",))) for i in prior)
    incoming = tuple(replace(i, acquisition=replace(i.acquisition, **changes)) for i in renewed(squeezed(prior)))
    assert planned_count(incoming, known) == count


def test_equal_pixels_of_another_modality_call_for_looks_at_the_rest() -> None:
    prior = make_slices(3)
    other = tuple(replace(i, acquisition=replace(i.acquisition, modality="OT")) for i in renewed(prior))
    assert planned_count((other[0], *squeezed(other[1:])), prior) == 2


@pytest.mark.parametrize(("patient", "looks"), [(PATIENT, 1), (STRANGER, 0)])
def test_a_capture_is_looked_at_beside_its_patients_images(patient: PatientIdentity, looks: int) -> None:
    capture = make_instance(
        "1",
        "capture",
        patient=patient,
        acquisition=make_acquisition(None, modality="OT", acquired_at="", device_serial=""),
    )
    assert len(plan_looks(make_study(capture), make_study(*renewed(make_slices(1))))) == looks
