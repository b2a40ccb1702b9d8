"""Two hospitals' numbers say nothing about each other: neither that two patients are one nor that they are two."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.evidence import Fact, PatientTier
from pacs_dedup.domain.patients.comparison import compare_patients
from pacs_dedup.domain.patients.identifiers import compare_ids
from pacs_dedup.domain.patients.identity import PatientId, SenderDefaults
from pacs_dedup.domain.patients.tier import PIXELS_EQUAL
from tests.builders import make_patient, make_slices, renewed
from tests.site import Site

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


@pytest.mark.parametrize("senders", list(permutations(("QEHPACS", "PMHPACS", "KWHPACS"))))
def test_whose_a_number_is_does_not_depend_on_who_sent_the_same_bytes_first(senders: tuple[str, ...]) -> None:
    site = Site()
    site.senders = {"QEHPACS": SenderDefaults("QEH"), "PMHPACS": SenderDefaults("PMH")}
    one, other = (make_patient(PatientId(number)) for number in ("4711", "815"))
    for source in senders:
        site.send_study(make_slices(3, patient=one), source=source)
    site.send_study(renewed(make_slices(3, patient=other)), source="QEHPACS")
    new = {j.prior.source: j.verdict for j in site.judgements() if j.incoming.study_instance_uid == "1.2.7"}
    tiers = {source: verdict.evidence.patient_tier for source, verdict in new.items()}
    assert {source for source, tier in tiers.items() if tier is PatientTier.CONFLICT} == {"QEHPACS"}
    assert len(tiers) == len(senders)
