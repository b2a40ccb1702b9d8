from pathlib import Path

import pytest

from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine
from tests.images import image_dataset, textured, write


def is_flagged(folder: Path, **attributes: object) -> bool:
    found = examine(write(image_dataset(textured(40, 36), bits=12, **attributes), folder / "a.dcm"), BlobId("0" * 64))
    assert found.frames[0].informative
    return found.quality_control


@pytest.mark.parametrize(
    "attributes",
    [
        {"QualityControlSubject": "YES"},
        {"QualityControlImage": "YES"},
        {"PatientName": "PHANTOM^ACR"},
        {"PatientName": "Test^Patient"},
        {"PatientID": "QA_2026"},
        {"StudyDescription": "Daily QC"},
        {"ProtocolName": "fBIRN_phantom_epi"},
        {"SeriesDescription": "Catphan 500"},
    ],
    ids=str,
)
def test_phantoms_and_test_objects_are_flagged_and_stay_informative(
    attributes: dict[str, object], tmp_path: Path
) -> None:
    assert is_flagged(tmp_path, **attributes)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"QualityControlSubject": "NO"},
        {"PatientName": "CHAN^QI QIAN"},
        {"PatientName": "TESTA^MARIA"},
        {"PatientID": "AQC123"},
        {"StudyDescription": "PHANTOMATIC PAIN, AQUA"},
        {"StudyDescription": "STRESS TEST PATIENT EXERCISE"},
        {"SeriesDescription": "PHANTOMLESS BMD"},
    ],
    ids=str,
)
def test_people_are_not(attributes: dict[str, object], tmp_path: Path) -> None:
    assert not is_flagged(tmp_path, **attributes)
