"""What a decoder child is asked: to examine an instance, or, where that failed, to read no more than its header."""

from pathlib import Path

from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.domain.patients.identity import SenderDefaults
from pacs_dedup.pipeline.examine import examine
from pacs_dedup.pipeline.header_only import header_only


def examine_or_file(
    path: Path, blob_id: BlobId, defaults: SenderDefaults, failure: Unreadable | None = None
) -> InstanceFingerprint:
    """Examine an instance; with a ``failure`` of that, file it by its header.

    One function for one child: bytes that broke an examiner may break whatever reads their header, too.

    Raises:
        Unreadable: it can not be understood.
    """
    return examine(path, blob_id, defaults) if failure is None else header_only(path, blob_id, defaults, failure)
