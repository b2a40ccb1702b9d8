"""By what a study of the same person is found, and by what names are counted."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.patients.identity import CheckState, IdentifierKind, PatientId, PatientIdentity, PersonNameParts
from pacs_dedup.domain.patients.keys import SAMPLE, SAMPLED, counted_keys, counted_name, patient_keys, person_key
from tests.builders import CHAN, HKID, NOBODY, PATIENT, STRANGER, make_patient

PINYIN = PersonNameParts(("CHEN",), ("DAWEN",), family_known=True)


def meet(left: PatientIdentity, right: PatientIdentity) -> bool:
    return bool(patient_keys(left) & patient_keys(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (PatientIdentity((HKID,)), PatientIdentity((replace(HKID, issuer="QEH", check=CheckState.ABSENT),))),
        (PatientIdentity((PatientId("4711", "QEH"),)), PatientIdentity((PatientId("4711", "QEH", previous=True),))),
        (PatientIdentity((PatientId("4711", "QEH"),)), PatientIdentity((PatientId("4711"),))),
        (make_patient(HKID), make_patient(PatientId("1"), name=PINYIN)),
        (PatientIdentity(birth_date="19610304"), PatientIdentity(birth_date="19610403")),
        (PatientIdentity(birth_date="19871111"), PatientIdentity(birth_date="", other_birth_dates=("19871111",))),
        (PatientIdentity(name=CHAN), PatientIdentity(name=replace(CHAN, family=(), given=("TAI", "MAN", "CHAN")))),
        (PatientIdentity(name=CHAN), PatientIdentity(name=PINYIN, other_names=(CHAN,))),
        (
            PatientIdentity(name=replace(CHAN, hanzi="陈大文")),
            PatientIdentity(name=PersonNameParts(hanzi="陈大文")),
        ),
        (
            PatientIdentity(name=CHAN, birth_date="19600229"),
            PatientIdentity(name=replace(CHAN, given=("SIU", "MING")), birth_date="1960"),
        ),
        (
            PatientIdentity(name=PersonNameParts(hanzi="陈大文"), birth_date="19600229"),
            PatientIdentity(name=PersonNameParts(hanzi="陈小明"), birth_date="196002"),
        ),
    ],
    ids=[
        "identity card",
        "earlier number",
        "number without issuer",
        "birth date",
        "day and month swapped",
        "earlier birth date",
        "name in another order",
        "earlier name",
        "Chinese name",
        "family name and year",
        "Chinese family name and year",
    ],
)
def test_one_person_written_in_two_ways_has_a_key_in_common(left: PatientIdentity, right: PatientIdentity) -> None:
    assert meet(left, right)
    assert meet(right, left)


def test_two_people_have_no_key_in_common() -> None:
    assert not meet(PATIENT, STRANGER)
    here, there = (PatientIdentity((PatientId("4711", issuer),)) for issuer in ("QEH", "PMH"))
    assert patient_keys(here) & patient_keys(there) == {"local//4711"}
    unordered = replace(CHAN, family=(), given=("CHAN", "SIU"), family_known=False)
    assert not meet(PatientIdentity(name=CHAN, birth_date="1960"), PatientIdentity(name=unordered, birth_date="1960"))


def test_nobody_has_no_key() -> None:
    assert patient_keys(NOBODY) == counted_keys(NOBODY) == frozenset()
    assert person_key(NOBODY) == ""


def test_a_mainland_number_gives_the_birth_date_to_be_found_by() -> None:
    number = PatientId("11010519491231002X", kind=IdentifierKind.MAINLAND_ID, check=CheckState.VALID)
    assert meet(PatientIdentity((number,)), PatientIdentity(birth_date="19491231"))


def test_a_date_has_no_month_beyond_twelve() -> None:
    assert patient_keys(PatientIdentity(birth_date="19610413")) == {"born/19610413"}


def test_a_person_is_one_under_every_number() -> None:
    assert person_key(make_patient(PatientId("1", "QEH"))) == person_key(make_patient(HKID)) == "born/19600229/M"


@pytest.mark.parametrize("name", [PINYIN, replace(CHAN, given=("TAIMAN",)), PersonNameParts(hanzi="陈大文")])
def test_a_person_is_one_under_every_spelling(name: PersonNameParts) -> None:
    assert person_key(make_patient(name=name)) == person_key(PATIENT)


def test_two_people_are_two() -> None:
    assert person_key(PATIENT) != person_key(STRANGER)
    year = make_patient(birth_date="1960")
    assert person_key(year) == "name/CHAN/MAN/TAI/1960"
    assert person_key(year) != person_key(replace(year, name=PINYIN))


def test_a_national_number_is_one_whoever_wrote_it_down() -> None:
    assert person_key(PatientIdentity((replace(HKID, issuer="QEH"),))) == person_key(PatientIdentity((HKID,)))


def test_a_person_without_a_birth_date_is_known_by_a_national_number_first() -> None:
    assert person_key(PatientIdentity((PatientId("1", "QEH"), HKID))) == "hkid//A123456"
    assert person_key(PatientIdentity((PatientId("1", "QEH"), PatientId("2", "QEH")))) == "local/QEH/1"


def test_names_are_counted_and_one_patient_in_some_thousands_too() -> None:
    born = (f"{year:04}{month:02}01" for year in range(1850, 2150) for month in range(1, 13))
    people = [make_patient(name=replace(CHAN, given=("A" * n,)), birth_date=date) for date in born for n in range(1, 6)]
    sampled = sum(SAMPLE in counted_keys(person) for person in people)
    assert 0 < sampled < 5 * len(people) / SAMPLED
    assert counted_name("CHAN MAN TAI") in counted_keys(PATIENT)
