"""Header -> PatientIdentity (PS3.3 C.7.1.1 and what Original Attributes say the patient was called before)."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from pydicom.dataset import Dataset

from pacs_dedup.dicom.elements import text, values_of
from pacs_dedup.dicom.patient_ids import patient_id
from pacs_dedup.dicom.person_name import parse_person_name
from pacs_dedup.dicom.text import read_text
from pacs_dedup.domain.patient import NO_DEFAULTS, PatientId, PatientIdentity, SenderDefaults

_PATIENT_NAME: Final = 0x00100010
_PATIENT_ID: Final = 0x00100020
_DATE: Final = re.compile(r"([0-9]{4})([0-9]{2})?([0-9]{2})?")
_FIRST_YEAR, _LAST_YEAR = 1850, 2150


def read_patient(dataset: Dataset, defaults: SenderDefaults = NO_DEFAULTS) -> PatientIdentity:
    """Read who the patient is; must see the data set before any other code reads name or identifier.

    Args:
        dataset: elements still undecoded.
        defaults: what holds where the header does not say.
    """
    name, number = (read_text(dataset, tag, defaults.charset) for tag in (_PATIENT_NAME, _PATIENT_ID))
    ids = list(_ids(dataset, number.text, defaults.issuer))
    return PatientIdentity(
        ids=tuple(dict.fromkeys(ids)),
        name=parse_person_name(name),
        birth_date=birth_date(text(dataset, "PatientBirthDate")),
        sex=_sex(text(dataset, "PatientSex")),
        display_name=re.sub(r"[\x00-\x1f\x7f]", "", name.text),
        display_id=re.sub(r"[\x00-\x1f\x7f]", "", number.text),
        repaired=name.repaired or number.repaired,
    )


def birth_date(written: str) -> str:
    """Return ``YYYYMMDD``, ``YYYYMM`` or ``YYYY``; empty where it is no date. Day or month 00 are unknown."""
    found = _DATE.fullmatch(re.sub(r"[.\-/ ]", "", written))
    if not found or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        return ""
    year, month, day = found[1], found[2] or "00", found[3] or "00"
    if month == "00":
        return year
    try:
        date(int(year), int(month), max(int(day), 1))
    except ValueError:
        return ""
    return year + month + (day if day != "00" else "")


def _sex(written: str) -> str:
    return written.upper() if written.upper() in ("M", "F") else ""


def _ids(dataset: Dataset, number: str, issuer: str) -> Iterator[PatientId]:
    current = patient_id(number, _issuer(dataset) or issuer)
    if current:
        yield current
    for item in values_of(dataset, "OtherPatientIDsSequence"):
        yield from _previous(item, "")
    for value in values_of(dataset, "OtherPatientIDs"):
        if found := patient_id(str(value), "", previous=True):
            yield found
    for changed in values_of(dataset, "OriginalAttributesSequence"):
        for item in values_of(changed, "ModifiedAttributesSequence"):
            yield from _previous(item, "")


def _previous(item: Dataset, issuer: str) -> Iterator[PatientId]:
    found = patient_id(read_text(item, _PATIENT_ID).text, _issuer(item) or issuer, previous=True)
    if found:
        yield found


def _issuer(item: Dataset) -> str:
    """Return the assigning authority: the universal entity ID, else the issuer (PS3.3 10.15)."""
    for qualifier in values_of(item, "IssuerOfPatientIDQualifiersSequence"):
        if entity := text(qualifier, "UniversalEntityID"):
            return entity
    return text(item, "IssuerOfPatientID")
