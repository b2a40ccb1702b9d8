"""What a comparison of two patients means for people."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.evidence import PatientTier
from pacs_dedup.domain.patients.advice import SENTENCES, vetoes_of, what_would_settle_it
from pacs_dedup.domain.patients.identity import PatientId, PersonNameParts
from tests.builders import HKID, NOBODY, PATIENT, make_patient

CHINESE = make_patient(name=PersonNameParts(hanzi="陈大文"))


def test_every_tier_has_its_sentence() -> None:
    assert set(SENTENCES) == set(PatientTier)


@pytest.mark.parametrize(
    ("tier", "identifier", "birth_date", "chinese", "wanted"),
    [
        (PatientTier.SAME, "id_strong_exact", "dob_year", False, ""),
        (PatientTier.POSSIBLE, "id_null", "dob_exact", False, "identity card numbers, Chinese names"),
        (PatientTier.PROBABLE, "id_null", "dob_exact", True, "identity card numbers"),
        (PatientTier.POSSIBLE, "id_null", "dob_year", True, "identity card numbers, full birth dates"),
        (PatientTier.PROBABLE, "id_strong_typo", "dob_exact", True, "numbers with their check digits"),
        (PatientTier.CONFLICT, "id_strong_conflict", "dob_exact", True, "documents themselves"),
        (PatientTier.CONFLICT, "id_issuer_exact", "dob_diff", True, "documents themselves"),
    ],
)
def test_what_would_settle_it_is_what_was_not_compared(
    tier: PatientTier, identifier: str, birth_date: str, chinese: bool, wanted: str
) -> None:
    patient = CHINESE if chinese else PATIENT
    found = what_would_settle_it(tier, identifier, birth_date, patient, patient)
    assert len(found) == len(list(filter(None, wanted.split(", "))))
    assert all(words in told for words, told in zip(wanted.split(", "), found, strict=False))


def test_the_chinese_names_settle_it_where_one_is_missing() -> None:
    assert "the Chinese names" in what_would_settle_it(PatientTier.POSSIBLE, "id_null", "dob_exact", CHINESE, PATIENT)


def test_some_patients_are_never_a_reason_to_hold_anything() -> None:
    baby = make_patient(name=PersonNameParts(("BABY",), baby=True, placeholder=True))
    phantom = make_patient(name=PersonNameParts(("PHANTOM",), placeholder=True))
    assert vetoes_of(PATIENT, PATIENT) == vetoes_of(PATIENT, NOBODY) == ()
    assert vetoes_of(PATIENT, baby) == vetoes_of(baby, PATIENT) == ("a newborn goes by a provisional name",)
    assert vetoes_of(phantom, phantom) == ("a name stands for nobody in particular",)
    assert vetoes_of(phantom, baby) == vetoes_of(baby, phantom)


def test_a_damaged_number_counts_where_it_is_the_only_one() -> None:
    damaged = replace(PATIENT, number_damaged=True)
    assert vetoes_of(damaged, PATIENT) == ("the characters of the only Patient ID were damaged",)
    assert vetoes_of(replace(damaged, ids=(HKID, PatientId("1", "QEH"))), PATIENT) == ()
