"""Whether an instance was made to check a device, so that its equal under another name means little."""

import re
from typing import Final

from pydicom.dataset import Dataset

from pacs_dedup.dicom.elements import text
from pacs_dedup.domain.patients.identity import PatientIdentity

_MARKED: Final = ("QualityControlSubject", "QualityControlImage")
"""(0010,0200) and (0028,0300): YES where a phantom or a test object was imaged (PS3.3 C.7.1.1, C.7.6.1)."""
_DESCRIBED: Final = ("StudyDescription", "SeriesDescription", "ProtocolName")
_CHECK: Final = re.compile(r"\b(?:PHANTOMS?|QA|QC|CATPHAN|CALIBRATION|QUALITY (?:CONTROL|ASSURANCE))\b")
_NOBODY: Final = re.compile(r"\bTEST ?(?:PATIENT|OBJECT)\b|\bPATIENT TEST\b")
_JOINTS: Final = re.compile(r"[\^_=\s-]+")


def is_quality_control(dataset: Dataset, patient: PatientIdentity) -> bool:
    """Tell whether the header says that a phantom, a test object or nobody was imaged.

    Marked by its attribute, by a patient who is called so, or by a study, series or protocol that is.
    """
    if any(text(dataset, keyword).upper() == "YES" for keyword in _MARKED):
        return True
    called = _words(patient.display_name, patient.display_id)
    described = _words(*(text(dataset, keyword) for keyword in _DESCRIBED))
    return bool(_CHECK.search(called) or _NOBODY.search(called) or _CHECK.search(described))


def _words(*texts: str) -> str:
    return " | ".join(_JOINTS.sub(" ", text.upper()) for text in texts)
