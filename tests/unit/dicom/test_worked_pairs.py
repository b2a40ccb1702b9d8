"""Pairs of patients, from the bytes of their headers to levels, bits and tier."""

from pathlib import Path

import pytest
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from pacs_dedup.dicom.open_dataset import open_dataset
from pacs_dedup.dicom.read_patient import read_patient
from pacs_dedup.domain.patients.comparison import compare_patients
from pacs_dedup.domain.patients.identity import PatientIdentity
from pacs_dedup.domain.patients.tier import PIXELS_EQUAL, SEARCH
from tests.unit.dicom.worked_pairs import PAIRS


def header(record: str, path: Path) -> PatientIdentity:
    """What is read from a file that names the patient so; a name of Latin-1 characters alone is written as such."""
    name, born, sex, number = ("" if value == "-" else value for value in record.split("|"))
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = CTImageStorage
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = "1.2.3"
    made.SpecificCharacterSet = "ISO_IR 100" if all(c < "\u0100" for c in name) else "ISO_IR 192"
    made.PatientName, made.PatientBirthDate, made.PatientSex = name, born, sex
    made.PatientID, _, issuer = number.partition("@")
    made.IssuerOfPatientID = issuer
    dcmwrite(path, made, enforce_file_format=True)
    return read_patient(open_dataset(path))


@pytest.mark.parametrize("number", PAIRS)
def test_a_pair_has_its_levels_its_bits_and_its_tier(number: int, tmp_path: Path) -> None:
    a, b, levels, bits, tier = PAIRS[number]
    left, right = header(a, tmp_path / "a.dcm"), header(b, tmp_path / "b.dcm")
    for one, other in ((left, right), (right, left)):
        found = compare_patients(one, other)
        assert " ".join(c.level for c in found.comparisons) == levels
        assert found.bits + SEARCH.prior_bits == pytest.approx(bits, abs=1)
        assert found.tier == tier


@pytest.mark.parametrize("number", PAIRS)
def test_equal_pixels_never_make_two_people_one(number: int, tmp_path: Path) -> None:
    a, b, _, _, tier = PAIRS[number]
    found = compare_patients(header(a, tmp_path / "a.dcm"), header(b, tmp_path / "b.dcm"), PIXELS_EQUAL)
    assert (found.tier == "same") == (tier == "same")
    if tier == "conflict":
        assert found.tier == "conflict"
