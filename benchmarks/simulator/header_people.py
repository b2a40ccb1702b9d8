"""The patient in the header: another number, another spelling, nobody, or somebody else (M1, M2, M7, M10)."""

import random
from collections.abc import Callable

from pydicom import Dataset
from pydicom.valuerep import PersonName

from benchmarks.simulator.header_facts import moved_date
from benchmarks.simulator.header_uids import reroot
from benchmarks.simulator.model import Apply, Effect, Person, Study, Transform, Uids, copied
from benchmarks.simulator.people import (
    NEIGHBOUR,
    Patient,
    Spelling,
    patient_named,
    person_of,
    write_person,
)
from dicom_samples.maker.people import number_from

_COERCED = Effect(person=Person.COERCED, headers=True)
_REMOVED = Effect(person=Person.REMOVED, headers=True)
_OTHER = Effect(person=Person.OTHER, headers=True)
_IDENTITY = ("PatientID", "IssuerOfPatientID", "AccessionNumber")
_IDENTIFYING = (
    "PatientBirthDate",
    "PatientSex",
    "PatientAge",
    "PatientWeight",
    "PatientSize",
    "PatientAddress",
    "OtherPatientIDs",
    "OtherPatientIDsSequence",
    "OtherPatientNames",
    "IssuerOfPatientID",
    "AccessionNumber",
    "InstitutionName",
    "InstitutionAddress",
    "InstitutionalDepartmentName",
    "StationName",
    "DeviceSerialNumber",
    "ReferringPhysicianName",
    "PerformingPhysicianName",
    "OperatorsName",
    "PhysiciansOfRecord",
    "RequestingPhysician",
    "StudyID",
    "PatientComments",
    "OriginalAttributesSequence",
    "RequestAttributesSequence",
)


def coerce_identity(study: Study, generator: random.Random) -> Study:
    """Give patient and order the numbers of the receiving hospital, and say nothing about it."""
    result = copied(study)
    accession = NEIGHBOUR.accession_of(str(generator.getrandbits(32)))
    for dataset in result:
        _coerce(dataset, accession)
    return result


def _coerce(dataset: Dataset, accession: str) -> None:
    dataset.PatientID = number_from(f"{NEIGHBOUR.issuer} {dataset.get('PatientID', '')}", 8)
    dataset.IssuerOfPatientID = NEIGHBOUR.issuer
    dataset.AccessionNumber = accession
    dataset.InstitutionName = NEIGHBOUR.institution


def coerce_and_tell(study: Study, generator: random.Random) -> Study:
    """Coerce, and keep the former values in Original Attributes Sequence (PS3.3 C.12.1.1.9)."""
    result = coerce_identity(study, generator)
    for before, after in zip(study, result, strict=True):
        former = Dataset()
        for keyword in _IDENTITY:
            if before.get(keyword):
                setattr(former, keyword, before[keyword].value)
        item = Dataset()
        item.SourceOfPreviousValues, item.AttributeModificationDateTime = "QEH", "20260301120000"
        item.ModifyingSystem, item.ReasonForTheAttributeModification = "PMH-GATEWAY", "COERCE"
        item.ModifiedAttributesSequence = [former]
        after.OriginalAttributesSequence = [*(before.get("OriginalAttributesSequence") or ()), item]
    return result


def respell(choose: Callable[[Patient], Spelling]) -> Apply:
    """Write the patient's name in another way; whoever is not of our inventing keeps the name."""

    def apply(study: Study, _: random.Random) -> Study:
        result = copied(study)
        for dataset in result:
            patient = patient_named(dataset)
            if patient is not None:
                spelling = choose(patient)
                dataset.SpecificCharacterSet, dataset.PatientName = spelling.charset, PersonName(spelling.name)
        return result

    return apply


def empty_identity(study: Study, _: random.Random) -> Study:
    """Take name, number, birth date and sex away, and nothing else."""
    result = copied(study)
    for dataset in result:
        dataset.PatientName = dataset.PatientID = dataset.PatientBirthDate = dataset.PatientSex = ""
        if "IssuerOfPatientID" in dataset:
            del dataset.IssuerOfPatientID
    return result


def deidentify(study: Study, generator: random.Random, *, shift_dates: bool) -> Study:
    """De-identify after the Basic Profile of PS3.15 annex E: new UIDs, no private elements, no people or places.

    Args:
        shift_dates: move all dates back by some days, the same for the whole study.
    """
    result = reroot(study, generator)
    number, days = generator.randrange(10**6), generator.randrange(30, 3000)
    for dataset in result:
        dataset.remove_private_tags()
        for keyword in _IDENTIFYING:
            if keyword in dataset:
                del dataset[keyword]
        dataset.PatientName, dataset.PatientID = f"ANON^{number:06d}", f"ANON{number:06d}"
        dataset.PatientBirthDate = dataset.PatientSex = ""
        dataset.PatientIdentityRemoved, dataset.DeidentificationMethod = "YES", "PS3.15 Basic Profile, simulated"
        if shift_dates:
            _shift_dates(dataset, days)
    return result


def _shift_dates(dataset: Dataset, days: int) -> None:
    for element in dataset.iterall():
        if element.VR == "DA" and element.value and element.VM == 1:
            element.value = moved_date(str(element.value), -days)
        if element.VR == "DT" and element.value and element.VM == 1:
            text = str(element.value)
            element.value = moved_date(text[:8], -days) + text[8:]


def misfile(study: Study, generator: random.Random) -> Study:
    """File the study under somebody else."""
    result = copied(study)
    stranger = person_of(f"stranger {generator.getrandbits(32)}")
    for dataset in result:
        write_person(dataset, stranger, NEIGHBOUR)
    return result


def misfile_renewed(study: Study, generator: random.Random) -> Study:
    """File the study under somebody else, with new UIDs."""
    return reroot(misfile(study, generator), generator)


def _change(name: str, effect: Effect, apply: Apply) -> Transform:
    return Transform(name, "metadata", lossless=True, expected=effect, apply=apply)


_SPELLINGS = (
    "no_hanzi",
    "joined",
    "family_last",
    "comma",
    "english_name",
    "pinyin",
    "simplified",
    "pinyin_simplified",
    "gb18030",
    "big5_unlabelled",
)

PEOPLE: tuple[Transform, ...] = (
    _change("identity_coerced_told", _COERCED, coerce_and_tell),
    _change("identity_coerced", _COERCED, coerce_identity),
    *(_change(f"name_{key}", _COERCED, respell(lambda p, k=key: p.variants()[k])) for key in _SPELLINGS),
    _change("identity_emptied", _REMOVED, empty_identity),
    _change("deidentified", _REMOVED.but(uids=Uids.ALL), lambda s, r: deidentify(s, r, shift_dates=True)),
    _change("deidentified_dates_kept", _REMOVED.but(uids=Uids.ALL), lambda s, r: deidentify(s, r, shift_dates=False)),
    _change("misfiled", _OTHER, misfile),
    _change("misfiled_new_uids", _OTHER.but(uids=Uids.ALL), misfile_renewed),
)
"""M1, M2, M7, M10 and the misfiling of N11."""
