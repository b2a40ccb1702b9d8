"""What a data set calls itself, read from its first bytes without decoding the rest."""

import contextlib
import struct
import zlib
from dataclasses import dataclass

from pydicom.datadict import tag_for_keyword
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32

from pacs_dedup.domain.identifiers import SopClassUid, SopInstanceUid, TransferSyntaxUid

_LOOK_AT = 65536
"""Bytes of the (inflated) data set that are looked at; only short elements precede (0008,0018)."""

_SOP_CLASS = tag_for_keyword("SOPClassUID")
_SOP_INSTANCE = tag_for_keyword("SOPInstanceUID")
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
    beginning = bytes(data_set[:_LOOK_AT])
    if transfer_syntax == _DEFLATED:
        beginning = _inflate(beginning)
    order = ">" if transfer_syntax == _BIG_ENDIAN else "<"
    cursor = _Cursor(beginning, order, explicit=transfer_syntax != _IMPLICIT)
    found: dict[int, str] = {}
    with contextlib.suppress(struct.error):  # the bytes ended or make no sense; what was found until then holds
        _collect(cursor, found)
    sop_class, sop_instance = found.get(_SOP_CLASS or 0), found.get(_SOP_INSTANCE or 0)
    return NamedBy(
        None if sop_class is None else SopClassUid(sop_class),
        None if sop_instance is None else SopInstanceUid(sop_instance),
    )


def _collect(cursor: _Cursor, found: dict[int, str]) -> None:
    """Walk the top level up to (0008,0018); what is nested with undefined length is walked through flat."""
    depth = 0
    while True:
        tag, length = cursor.header()
        if depth == 0 and tag > (_SOP_INSTANCE or 0):
            return
        if tag in (_ITEM_END, _SEQUENCE_END):
            depth -= 1
        elif length == _UNDEFINED_LENGTH:
            depth += 1
        else:
            value = cursor.data[cursor.at : cursor.at + length]
            if depth == 0 and tag in (_SOP_CLASS, _SOP_INSTANCE) and value and len(value) == length:
                found[tag] = value.decode("ascii", errors="replace").rstrip("\0 ")
            cursor.at += length


def _inflate(beginning: bytes) -> bytes:
    """Inflate at most as much as is looked at, so that a small data set can not become a large one (PS3.5 A.5)."""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(beginning, _LOOK_AT)
    except zlib.error:
        return b""
