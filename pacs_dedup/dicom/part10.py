"""The head of a stored file: preamble and file meta information (PS3.10 section 7.1).

Every value follows from the C-STORE command or is constant, for ever: equal data sets must give equal bytes, or an
identical re-send would be stored twice.
"""

import struct

from pydicom.datadict import tag_for_keyword
from pydicom.tag import Tag

from pacs_dedup.domain.identifiers import SopClassUid, SopInstanceUid, TransferSyntaxUid

IMPLEMENTATION_CLASS_UID = "2.25.68978027563086188025166149487672209610"
"""Names this product towards peers; made from a random UUID (PS3.5 B.2), never to be changed."""

IMPLEMENTATION_VERSION_NAME = "PACS_DEDUP"

PREAMBLE = bytes(128) + b"DICM"

_META_VERSION = b"\x00\x01"
_LONG_HEADER = struct.Struct("<HH2sxxL")
_SHORT_HEADER = struct.Struct("<HH2sH")
_GROUP_LENGTH_VALUE = struct.Struct("<L")


def file_head(sop_class: SopClassUid, sop_instance: SopInstanceUid, transfer_syntax: TransferSyntaxUid) -> bytes:
    """Return what precedes the data set in a PS3.10 file; the UIDs are written as received, valid or not."""
    elements = (
        _element("FileMetaInformationVersion", b"OB", _META_VERSION),
        _element("MediaStorageSOPClassUID", b"UI", _uid(sop_class)),
        _element("MediaStorageSOPInstanceUID", b"UI", _uid(sop_instance)),
        _element("TransferSyntaxUID", b"UI", _uid(transfer_syntax)),
        _element("ImplementationClassUID", b"UI", _uid(IMPLEMENTATION_CLASS_UID)),
        _element("ImplementationVersionName", b"SH", IMPLEMENTATION_VERSION_NAME.encode("ascii")),
    )
    meta = b"".join(elements)
    return PREAMBLE + _element("FileMetaInformationGroupLength", b"UL", _GROUP_LENGTH_VALUE.pack(len(meta))) + meta


def _uid(text: str) -> bytes:
    """Encode a UID, padded with NUL to even length (PS3.5 section 9.1)."""
    value = text.encode("ascii", errors="replace")
    return value + bytes(len(value) % 2)


def _element(keyword: str, vr: bytes, value: bytes) -> bytes:
    tag = Tag(tag_for_keyword(keyword) or 0)
    header = _LONG_HEADER if vr == b"OB" else _SHORT_HEADER
    return header.pack(tag.group, tag.element, vr, len(value)) + value
