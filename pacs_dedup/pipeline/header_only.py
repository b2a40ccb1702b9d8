"""What is filed of an instance whose examination failed: its header, and why nothing else of it is known.

A study with such an instance is not known to the last item, so the rest of it is never held.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

from pacs_dedup.dicom.open_dataset import open_dataset
from pacs_dedup.dicom.read_instance import InstanceHeader, read_instance
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId, Digest
from pacs_dedup.domain.patients.identity import SenderDefaults

_MAX_INFLATED_BYTES: Final = 256 << 20
"""The process of the caller may have no memory limit of its own."""


def header_only(path: Path, blob_id: BlobId, defaults: SenderDefaults, failure: Unreadable) -> InstanceFingerprint:
    """Return a fingerprint that is ``unreadable`` by the cause of ``failure``, from the header alone.

    Its data-set digest stands for these bytes and for nothing else. Neither pixels nor content are looked at, so this
    may run in the process of the caller.

    Raises:
        Unreadable: ``failure`` itself, where the header can not be understood either.
    """
    digest = Digest(f"blob1:{blob_id}")
    return replace(fingerprint_of_header(_header(path, defaults, failure), blob_id, digest), unreadable=str(failure))


def fingerprint_of_header(header: InstanceHeader, blob_id: BlobId, dataset_digest: Digest) -> InstanceFingerprint:
    """Return what a header alone gives of a fingerprint; pixels and content are still to come."""
    return InstanceFingerprint(
        blob_id=blob_id,
        study_instance_uid=header.study_instance_uid,
        series_instance_uid=header.series_instance_uid,
        sop_instance_uid=header.sop_instance_uid,
        sop_class_uid=header.sop_class_uid,
        transfer_syntax_uid=header.transfer_syntax_uid,
        content=header.content,
        patient=header.patient,
        acquisition=header.acquisition,
        dataset_digest=dataset_digest,
        referenced_sop_instance_uids=header.referenced_sop_instance_uids,
        previous_uids=header.previous_uids,
        quality_control=header.quality_control,
    )


def _header(path: Path, defaults: SenderDefaults, failure: Unreadable) -> InstanceHeader:
    try:
        dataset = open_dataset(path, stop_before_pixels=True, max_inflated_bytes=_MAX_INFLATED_BYTES)
        return read_instance(dataset, defaults)
    except Exception:  # noqa: BLE001 - these bytes broke their examiner; what else they break must not end the worker
        raise failure from None  # the cause may quote the header, which is patient data
