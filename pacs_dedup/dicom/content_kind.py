"""What an instance is made of, by its elements and its SOP class."""

from typing import Final

from pydicom import uid
from pydicom.dataset import Dataset

from pacs_dedup.dicom.elements import text
from pacs_dedup.dicom.pixel_description import PixelElement
from pacs_dedup.domain.fingerprint import ContentKind

_KEY_OBJECTS: Final = uid.KeyObjectSelectionDocumentStorage
_ENCAPSULATED: Final = "Encapsulated"
_BY_NAME: Final = (
    ("Presentation State", ContentKind.PRESENTATION_STATE),
    ("Waveform", ContentKind.WAVEFORM),
    ("ECG", ContentKind.WAVEFORM),
    (_ENCAPSULATED, ContentKind.ENCAPSULATED_DOCUMENT),
    (" SR ", ContentKind.STRUCTURED_REPORT),
    ("Report", ContentKind.STRUCTURED_REPORT),
    ("Text SR", ContentKind.STRUCTURED_REPORT),
    ("RT ", ContentKind.RADIOTHERAPY),
    ("Image Storage", ContentKind.IMAGE),
)
_BY_MODALITY: Final = {
    "SR": ContentKind.STRUCTURED_REPORT,
    "KO": ContentKind.KEY_OBJECTS,
    "PR": ContentKind.PRESENTATION_STATE,
    "DOC": ContentKind.ENCAPSULATED_DOCUMENT,
    "ECG": ContentKind.WAVEFORM,
    "HD": ContentKind.WAVEFORM,
    "RTPLAN": ContentKind.RADIOTHERAPY,
    "RTSTRUCT": ContentKind.RADIOTHERAPY,
    "RTRECORD": ContentKind.RADIOTHERAPY,
}


def content_kind(dataset: Dataset) -> ContentKind:
    """Tell what an instance is made of; anything that has pixels, or room for them, is an image."""
    if "SpectroscopyData" in dataset:
        return ContentKind.OTHER
    if any(element in dataset for element in PixelElement) or ("Rows" in dataset and "Columns" in dataset):
        return ContentKind.IMAGE
    sop_class = text(dataset, "SOPClassUID")
    if sop_class == _KEY_OBJECTS:
        return ContentKind.KEY_OBJECTS
    name = uid.UID(sop_class).name if sop_class else ""
    for part, kind in _BY_NAME:
        if part in name:
            return kind
    if "ContentSequence" in dataset:
        return ContentKind.STRUCTURED_REPORT
    return _BY_MODALITY.get(text(dataset, "Modality"), ContentKind.OTHER)
