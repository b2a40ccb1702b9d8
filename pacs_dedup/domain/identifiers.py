"""Names of things: UIDs, digests, blobs, studies. Values only; nothing here touches a disk or a socket."""

import re
from dataclasses import dataclass
from typing import NewType

StudyInstanceUid = NewType("StudyInstanceUid", str)
SeriesInstanceUid = NewType("SeriesInstanceUid", str)
SopInstanceUid = NewType("SopInstanceUid", str)
SopClassUid = NewType("SopClassUid", str)
TransferSyntaxUid = NewType("TransferSyntaxUid", str)
AeTitle = NewType("AeTitle", str)

BlobId = NewType("BlobId", str)
"""BLAKE3-256 of the stored bytes, 64 lower-case hexadecimal digits: the only name a blob ever has."""

Digest = NewType("Digest", str)
"""An exact digest as ``<algorithm version>:<64 hexadecimal digits>``, for example ``spd1:9f…``."""

BlockingKey = NewType("BlockingKey", str)
"""``<kind>:<value>``; two studies that share one deserve a comparison."""

ArrivalId = NewType("ArrivalId", int)
CaseId = NewType("CaseId", int)

SCAN_PREFIX = "scan:"
"""Begins the source of files that were found on a disk."""

_BLOB_ID = re.compile(r"[0-9a-f]{64}")
_UID = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_MAX_UID_LENGTH = 64


def is_blob_id(text: str) -> bool:
    """Tell whether ``text`` can name a blob; anything else must never reach a path."""
    return _BLOB_ID.fullmatch(text) is not None


def is_scanned(source: str) -> bool:
    """Tell whether a source is a folder that was scanned, not an application entity that sent something."""
    return source.startswith(SCAN_PREFIX)


def is_valid_uid(text: str) -> bool:
    """Tell whether ``text`` can serve as a UID: dotted numbers, at most 64 characters (PS3.5 section 9.1).

    A component with leading zeros is against the standard and common in the field; it names things all the same.
    """
    return len(text) <= _MAX_UID_LENGTH and _UID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, order=True)
class StudyKey:
    """One study as one source sent it.

    The same StudyInstanceUID from two hospitals makes two keys: only so can the second be compared with the first.

    Attributes:
        study_instance_uid: (0020,000D) as received, valid by `is_valid_uid`.
        source: who sent it: a calling AE title, or ``scan:<folder>`` for files that were found on a disk.
    """

    study_instance_uid: StudyInstanceUid
    source: str

    def __str__(self) -> str:
        return f"{self.study_instance_uid}@{self.source}"

    @classmethod
    def parse(cls, text: str) -> "StudyKey":
        """Read back what ``str`` wrote."""
        uid, _, source = text.partition("@")
        return cls(StudyInstanceUid(uid), source)


def by_one_rule(one: Digest | None, other: Digest | None) -> bool:
    """Tell whether two digests can be compared: both are known, and made by the rules whose number they begin with."""
    return one is not None and other is not None and one.partition(":")[0] == other.partition(":")[0]
