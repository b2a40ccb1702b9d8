"""Two hospitals' numbers say nothing about each other: neither that two patients are one nor that they are two."""

from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.evidence import Fact
from pacs_dedup.domain.patients.comparison import compare_patients
from pacs_dedup.domain.patients.identifiers import compare_ids
from pacs_dedup.domain.patients.identity import PatientId
from pacs_dedup.domain.patients.tier import PIXELS_EQUAL
from tests.builders import make_patient

numbers = st.text("0123456789", min_size=1, max_size=8)


@given(numbers, numbers)
def test_numbers_of_two_issuers_are_not_comparable(one: str, other: str) -> None:
    assert compare_ids((PatientId(one, "QEH"),), (PatientId(other, "PMH"),)) == "id_null"


@given(numbers, numbers)
def test_numbers_of_two_issuers_weigh_nothing(one: str, other: str) -> None:
    here, there = make_patient(PatientId(one, "QEH")), make_patient(PatientId(other, "PMH"))
    found = compare_patients(here, there, PIXELS_EQUAL)
    assert next(c.weight_bits for c in found.comparisons if c.fact is Fact.PATIENT_ID) == 0


@given(numbers, numbers)
def test_a_number_that_nobody_issued_never_tells_two_patients_apart(one: str, other: str) -> None:
    for issuer in ("", "QEH"):
        assert compare_ids((PatientId(one),), (PatientId(other, issuer),)) in ("id_null", "id_string_exact")
