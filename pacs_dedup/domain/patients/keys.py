"""Keys of a patient: by what a study of the same person can be found, and by what names are counted.

Each alone is shared by too many to propose candidates (a family name and a year by thousands); `blocking` joins them
with the study date.
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

from pacs_dedup.domain.identifiers import BlockingKey
from pacs_dedup.domain.patients.identity import IdentifierKind, PatientId, PatientIdentity, PersonNameParts
from pacs_dedup.domain.patients.names import name_keys
from pacs_dedup.domain.patients.national_id import stated_birth_date

_FULL_DATE: Final = len("YYYYMMDD")
_LAST_MONTH: Final = "12"
SAMPLED: Final = 4_096
"""One patient in so many has the key `SAMPLE`, which tells how many there are without counting them all."""
SAMPLE: Final = BlockingKey("patients:sample")


def patient_keys(patient: PatientIdentity) -> frozenset[str]:
    """Return every key under which a study of the same person, written otherwise, may be found."""
    return frozenset(
        (
            *(key for number in patient.ids for key in _number_keys(number)),
            *_date_keys(patient),
            *(f"name/{key}" for name in _names(patient) for key in name_keys(name)),
            *_family_and_year(patient),
        )
    )


def person_key(patient: PatientIdentity) -> str:
    """Return one key for the person, to count different people by; empty where the header names nobody.

    Birth date and sex before a number, for every hospital gives the same person another number, and before the name,
    which has as many spellings. Two people born on one day count as one: a digest is the later taken for common. Of
    numbers, a national one before a hospital's.
    """
    if len(patient.birth_date) == _FULL_DATE:
        return f"born/{patient.birth_date}/{patient.sex}"
    return _named(patient)


def _named(patient: PatientIdentity) -> str:
    """Return a key that two people hardly share, though one person may have several: for drawing a sample of people."""
    if patient.name and patient.birth_date:
        words = "/".join(sorted(patient.name.words)) or patient.name.hanzi
        return f"name/{words}/{patient.birth_date}"
    numbers = sorted(patient.ids, key=lambda number: number.kind is IdentifierKind.LOCAL)
    issued = (f"{i.kind}/{i.issuer if i.kind is IdentifierKind.LOCAL else ''}/{i.value}" for i in numbers)
    return next(issued, "")


def counted_keys(patient: PatientIdentity) -> frozenset[BlockingKey]:
    """Return the keys by which names, and patients in all, are counted; nobody is looked up by them."""
    person = _named(patient)
    sample = {SAMPLE} if person and _number_of(person) % SAMPLED == 0 else set()
    return frozenset({*map(counted_name, name_keys(patient.name)), *sample})


def counted_name(key: str) -> BlockingKey:
    """Return the key by which the patients who have a name are counted."""
    return BlockingKey(f"name:{key}")


def _number_of(person: str) -> int:
    return int.from_bytes(blake2b(person.encode("utf-8", "replace"), digest_size=4).digest())


def _names(patient: PatientIdentity) -> tuple[PersonNameParts, ...]:
    return (patient.name, *patient.other_names)


def _number_keys(number: PatientId) -> Iterator[str]:
    """Yield a hospital's number with its issuer, and without for who leaves the issuer out."""
    if number.kind is not IdentifierKind.LOCAL:
        yield f"{number.kind}/{number.value}"
        return
    yield f"{number.kind}//{number.value}"
    if number.issuer:
        yield f"{number.kind}/{number.issuer}/{number.value}"


def _date_keys(patient: PatientIdentity) -> Iterator[str]:
    for date in {stated_birth_date(patient), *patient.other_birth_dates}:
        if len(date) == _FULL_DATE:
            yield f"born/{date}"
            if date[6:] <= _LAST_MONTH:
                yield f"born/{date[:4]}{date[6:]}{date[4:6]}"


def _family_and_year(patient: PatientIdentity) -> Iterator[str]:
    """Yield the family name with the birth year, if the name tells which word that is."""
    year = patient.birth_date[:4]
    if not year:
        return
    for name in filter(None, _names(patient)):
        if name.family and name.family_known:
            yield f"family/{name.family[0]}/{year}"
        if name.hanzi:
            yield f"family/{name.hanzi[0]}/{year}"
