"""What a data set calls itself, read from its first bytes without decoding the rest."""

import contextlib
import struct
import zlib
from dataclasses import dataclass

from pydicom.datadict import tag_for_keyword
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32

from pacs_dedup.domain.identifiers import SopClassUid, SopInstanceUid, StudyInstanceUid, TransferSyntaxUid, is_valid_uid

LOOK_AT = 65536
"""Bytes of the (inflated) data set that are looked at; only short elements precede (0008,0018)."""

_SOP_CLASS = tag_for_keyword("SOPClassUID")
_SOP_INSTANCE = tag_for_keyword("SOPInstanceUID")
_PATIENT_ID = tag_for_keyword("PatientID")
_STUDY = tag_for_keyword("StudyInstanceUID")
_OF_INSTANCE = frozenset({_SOP_CLASS or 0, _SOP_INSTANCE or 0})
_OF_STUDY = frozenset({_PATIENT_ID or 0, _STUDY or 0})
_META, _META_LENGTH = 132, (0x0002, 0x0000)  # where the file meta information begins, and with what (PS3.10 7.1)
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD  # PS3.5 Table 7.5-1
_UNDEFINED_LENGTH = 0xFFFFFFFF
_DEFLATED, _BIG_ENDIAN = TransferSyntaxUid(DeflatedExplicitVRLittleEndian), TransferSyntaxUid(ExplicitVRBigEndian)
_IMPLICIT = TransferSyntaxUid(ImplicitVRLittleEndian)
_LONG_VRS = frozenset(vr.encode("ascii") for vr in EXPLICIT_VR_LENGTH_32)


@dataclass(frozen=True, slots=True)
class NamedBy:
    """SOP Class and SOP Instance UID inside a data set; None where it has none or can not be read that far."""

    sop_class_uid: SopClassUid | None = None
    sop_instance_uid: SopInstanceUid | None = None


@dataclass(frozen=True, slots=True)
class StudyNamed:
    """Study Instance UID and Patient ID inside a data set; empty where it has none, or none that is valid."""

    study_instance_uid: StudyInstanceUid = StudyInstanceUid("")
    patient_id: str = ""


@dataclass(slots=True)
class _Cursor:
    data: bytes
    order: str
    explicit: bool
    at: int = 0

    def header(self) -> tuple[int, int]:
        """Read a tag and a value length, and stand on the value (PS3.5 7.1.2, 7.1.3).

        Raises:
            struct.error: the bytes end before the header does, or where a VR should be there is none.
        """
        group, element = struct.unpack_from(f"{self.order}HH", self.data, self.at)
        tag = (group << 16) | element
        vr = self.data[self.at + 4 : self.at + 6]
        if not self.explicit or tag in (_ITEM, _ITEM_END, _SEQUENCE_END):
            form, length_at, size = "L", 4, 8
        elif vr in _LONG_VRS:
            form, length_at, size = "L", 8, 12
        elif not vr.isalpha():
            raise struct.error("no value representation")
        else:
            form, length_at, size = "H", 6, 8
        (length,) = struct.unpack_from(f"{self.order}{form}", self.data, self.at + length_at)
        self.at += size
        return tag, length


def peek(data_set: bytes | memoryview, transfer_syntax: TransferSyntaxUid) -> NamedBy:
    """Read SOP Class UID (0008,0016) and SOP Instance UID (0008,0018); garbage gives None, never an error."""
    found = _values(data_set, transfer_syntax, _OF_INSTANCE)
    sop_class, sop_instance = found.get(_SOP_CLASS or 0), found.get(_SOP_INSTANCE or 0)
    return NamedBy(
        None if sop_class is None else SopClassUid(sop_class),
        None if sop_instance is None else SopInstanceUid(sop_instance),
    )


def peek_study(data_set: bytes | memoryview, transfer_syntax: TransferSyntaxUid) -> StudyNamed:
    """Read Patient ID (0010,0020) and Study Instance UID (0020,000D); what can not be read so far is empty."""
    found = _values(data_set, transfer_syntax, _OF_STUDY)
    uid = found.get(_STUDY or 0, "")
    return StudyNamed(StudyInstanceUid(uid if is_valid_uid(uid) else ""), found.get(_PATIENT_ID or 0, "").strip())


def peek_study_of_file(beginning: bytes, transfer_syntax: TransferSyntaxUid) -> StudyNamed:
    """Read the same from the first bytes of a DICOM file (PS3.10 7.1); what is none gives empty names."""
    try:
        group, element, _, length = struct.unpack_from("<HH4sL", beginning, _META)
    except struct.error:
        return StudyNamed()
    is_group_length = (group, element) == _META_LENGTH
    return peek_study(beginning[_META + 12 + length :], transfer_syntax) if is_group_length else StudyNamed()


def _values(data_set: bytes | memoryview, transfer_syntax: TransferSyntaxUid, wanted: frozenset[int]) -> dict[int, str]:
    """Read top-level elements that stand near the beginning; other bytes than ASCII are escaped."""
    beginning = bytes(data_set[:LOOK_AT])
    if transfer_syntax == _DEFLATED:
        beginning = _inflate(beginning)
    order = ">" if transfer_syntax == _BIG_ENDIAN else "<"
    cursor = _Cursor(beginning, order, explicit=transfer_syntax != _IMPLICIT)
    found: dict[int, str] = {}
    with contextlib.suppress(struct.error):  # the bytes ended or make no sense; what was found until then holds
        _collect(cursor, found, wanted, max(wanted))
    return found


def _collect(cursor: _Cursor, found: dict[int, str], wanted: frozenset[int], last: int) -> None:
    """Walk the top level up to ``last``; what is nested with undefined length is walked through flat."""
    depth = 0
    while True:
        tag, length = cursor.header()
        if depth == 0 and tag > last:
            return
        if tag in (_ITEM_END, _SEQUENCE_END):
            depth -= 1
        elif length == _UNDEFINED_LENGTH:
            depth += 1
        else:
            value = cursor.data[cursor.at : cursor.at + length]
            if depth == 0 and tag in wanted and value and len(value) == length:
                found[tag] = value.decode("ascii", errors="backslashreplace").rstrip("\0 ")
            cursor.at += length


def _inflate(beginning: bytes) -> bytes:
    """Inflate at most as much as is looked at, so that a small data set can not become a large one (PS3.5 A.5)."""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(beginning, LOOK_AT)
    except zlib.error:
        return b""
