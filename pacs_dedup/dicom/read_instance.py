"""Header -> domain values: which instance this is, what it is made of, how its pixels are carried."""

from dataclasses import dataclass
from typing import Final

from pydicom.dataset import FileDataset

from pacs_dedup.dicom.content_kind import content_kind
from pacs_dedup.dicom.elements import text
from pacs_dedup.dicom.open_dataset import transfer_syntax_of
from pacs_dedup.dicom.quality_control import is_quality_control
from pacs_dedup.dicom.read_acquisition import read_acquisition
from pacs_dedup.dicom.read_patient import read_patient
from pacs_dedup.dicom.references import previous_uids, referenced_sop_instance_uids
from pacs_dedup.domain.acquisitions.facts import Acquisition
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.fingerprint import ContentKind
from pacs_dedup.domain.identifiers import (
    SeriesInstanceUid,
    SopClassUid,
    SopInstanceUid,
    StudyInstanceUid,
    TransferSyntaxUid,
    is_valid_uid,
)
from pacs_dedup.domain.patients.identity import NO_DEFAULTS, PatientIdentity, SenderDefaults

_ATTRIBUTES: Final = {
    "StudyInstanceUID": "Study Instance UID (0020,000D)",
    "SeriesInstanceUID": "Series Instance UID (0020,000E)",
    "SOPInstanceUID": "SOP Instance UID (0008,0018)",
}


@dataclass(frozen=True, slots=True)
class InstanceHeader:
    """What the header of one instance says.

    Attributes:
        quality_control: made to check a device, of a phantom or of nobody (PS3.3 C.7.1.1, C.7.2.2).
    """

    study_instance_uid: StudyInstanceUid
    series_instance_uid: SeriesInstanceUid
    sop_instance_uid: SopInstanceUid
    sop_class_uid: SopClassUid
    transfer_syntax_uid: TransferSyntaxUid
    content: ContentKind
    patient: PatientIdentity
    acquisition: Acquisition
    referenced_sop_instance_uids: tuple[SopInstanceUid, ...]
    previous_uids: tuple[str, ...]
    quality_control: bool


def read_instance(dataset: FileDataset, defaults: SenderDefaults = NO_DEFAULTS) -> InstanceHeader:
    """Read a freshly opened data set.

    Args:
        dataset: from `open_dataset`; nothing may have read its text yet, for the raw bytes of names are needed.
        defaults: what holds where the header does not say.

    Raises:
        Unreadable: Study, Series or SOP Instance UID is missing or malformed; the message names the attribute only.
    """
    patient = read_patient(dataset, defaults)
    acquisition = read_acquisition(dataset)
    return InstanceHeader(
        study_instance_uid=StudyInstanceUid(_uid(dataset, "StudyInstanceUID")),
        series_instance_uid=SeriesInstanceUid(_uid(dataset, "SeriesInstanceUID")),
        sop_instance_uid=SopInstanceUid(_uid(dataset, "SOPInstanceUID")),
        sop_class_uid=SopClassUid(text(dataset, "SOPClassUID")),
        transfer_syntax_uid=TransferSyntaxUid(transfer_syntax_of(dataset)),
        content=content_kind(dataset),
        patient=patient,
        acquisition=acquisition,
        referenced_sop_instance_uids=referenced_sop_instance_uids(dataset),
        previous_uids=previous_uids(dataset),
        quality_control=is_quality_control(dataset, patient),
    )


def _uid(dataset: FileDataset, keyword: str) -> str:
    value = text(dataset, keyword)
    if not value:
        raise Unreadable(f"{_ATTRIBUTES[keyword]} is missing; ask the sender to correct it")
    if not is_valid_uid(value):
        raise Unreadable(f"{_ATTRIBUTES[keyword]} is not a UID (PS3.5 section 9.1); ask the sender to correct it")
    return value
