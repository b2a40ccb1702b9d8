"""Header -> PatientIdentity (PS3.3 C.7.1.1 and what Original Attributes say the patient was called before)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pydicom.dataset import Dataset

from pacs_dedup.dicom.birth_date import birth_date
from pacs_dedup.dicom.elements import text, texts, values_of
from pacs_dedup.dicom.patient_ids import patient_id
from pacs_dedup.dicom.person_name import parse_person_name
from pacs_dedup.dicom.text import read_text, read_texts
from pacs_dedup.domain.patients.identity import NO_DEFAULTS, PatientId, PatientIdentity, PersonNameParts, SenderDefaults

_PATIENT_NAME: Final = 0x00100010
_PATIENT_ID: Final = 0x00100020
_OTHER_NAMES: Final = (0x00101001, 0x00101005)
"""Other Patient Names and Patient's Birth Name."""
_SEXES: Final = {"M": "M", "MALE": "M", "F": "F", "FEMALE": "F"}
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")


def read_patient(dataset: Dataset, defaults: SenderDefaults = NO_DEFAULTS) -> PatientIdentity:
    """Read who the patient is; must see the data set before any other code reads name or identifier.

    Args:
        dataset: elements still undecoded.
        defaults: what holds where the header does not say.
    """
    name, number = (read_text(dataset, tag, defaults.charset) for tag in (_PATIENT_NAME, _PATIENT_ID))
    present, born = parse_person_name(name), birth_date(text(dataset, "PatientBirthDate"))
    # An item of a sequence has the character set of the data set around it (PS3.5 6.1.2.5.4).
    charset = "\\".join(texts(dataset, "SpecificCharacterSet")) or defaults.charset
    earlier = [before for before in map(birth_date, _earlier_texts(dataset, "PatientBirthDate")) if before]
    return PatientIdentity(
        ids=tuple(dict.fromkeys(_ids(dataset, number.text, replace(defaults, charset=charset)))),
        name=present,
        birth_date=born,
        sex=_SEXES.get(text(dataset, "PatientSex").upper(), ""),
        display_name=_CONTROLS.sub("", name.text),
        display_id=_CONTROLS.sub("", number.text),
        repaired=name.repaired or number.repaired,
        other_names=tuple(dict.fromkeys(n for n in _other_names(dataset, charset) if n and n != present)),
        other_birth_dates=tuple(dict.fromkeys(date for date in earlier if date != born)),
        number_damaged=number.repaired or number.unreadable,
    )


def _ids(dataset: Dataset, number: str, defaults: SenderDefaults) -> Iterator[PatientId]:
    """Return the Patient ID first, then the numbers that the patient also has or had."""
    current = patient_id(number, _issuer(dataset) or defaults.issuer, pseudo_ids=defaults.pseudo_ids)
    if current:
        yield current
    for item in (*values_of(dataset, "OtherPatientIDsSequence"), *_earlier(dataset)):
        number = read_text(item, _PATIENT_ID, defaults.charset).text
        if found := patient_id(number, _issuer(item), previous=True, pseudo_ids=defaults.pseudo_ids):
            yield found
    for value in values_of(dataset, "OtherPatientIDs"):
        if found := patient_id(str(value), "", previous=True, pseudo_ids=defaults.pseudo_ids):
            yield found


def _other_names(dataset: Dataset, charset: str) -> Iterator[PersonNameParts]:
    for tag in _OTHER_NAMES:
        yield from map(parse_person_name, read_texts(dataset, tag, charset))
    for item in _earlier(dataset):
        yield parse_person_name(read_text(item, _PATIENT_NAME, charset))


def _earlier(dataset: Dataset) -> Iterator[Dataset]:
    """Return every item of values that a header had before it was modified (PS3.3 C.12.1.1.9.1)."""
    for changed in values_of(dataset, "OriginalAttributesSequence"):
        yield from values_of(changed, "ModifiedAttributesSequence")


def _earlier_texts(dataset: Dataset, keyword: str) -> Iterator[str]:
    return (text(item, keyword) for item in _earlier(dataset))


def _issuer(item: Dataset) -> str:
    """Return the assigning authority: the universal entity ID, else the issuer (PS3.3 10.15)."""
    for qualifier in values_of(item, "IssuerOfPatientIDQualifiersSequence"):
        if entity := text(qualifier, "UniversalEntityID"):
            return entity
    return text(item, "IssuerOfPatientID")
