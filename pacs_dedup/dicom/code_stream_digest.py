"""CSD-2: the compressed bytes themselves, by which lossy images are equal whoever decodes them."""

import struct
from typing import Final

from blake3 import blake3
from pydicom.dataset import FileDataset
from pydicom.uid import UID

from pacs_dedup.dicom.code_streams import LOSSY_SYNTAXES
from pacs_dedup.dicom.decode_pixels import code_streams
from pacs_dedup.dicom.open_dataset import transfer_syntax_of
from pacs_dedup.dicom.pixel_description import PixelDescription
from pacs_dedup.domain.identifiers import Digest

_TRAILING: Final = b"\x00"
_JPEG_START: Final = b"\xff\xd8"
_JPEG_2000_START: Final = b"\xff\x4f\xff\x51"
_MARKER: Final = 0xFF
_SCAN: Final = 0xDA
"""SOS of JPEG and JPEG-LS; coded data follow (ISO/IEC 10918-1 B.1.1.3)."""
_TILE_PART: Final = 0x90
"""SOT of JPEG 2000; coded data follow (ISO/IEC 15444-1 A.4.2)."""
_JPEG_REMARKS: Final = frozenset({*range(0xE0, 0xF0), 0xFE})
"""APPn and COM."""
_JPEG_2000_REMARKS: Final = frozenset({0x64})
"""COM."""


def code_stream_digest(dataset: FileDataset) -> Digest | None:
    """Digest the compressed bytes of a lossy image or a video (CSD-2); None for everything else.

    BLAKE3-256 over ``"CSD2"`` and, for each frame, its length as u64 and its bytes. Fragments are joined, padding after
    the end is cut, and remarks (JPEG's APPn and COM, JPEG 2000's COM) are left out, for gateways add and remove them.

    Raises:
        Unreadable: the fragments are damaged.
    """
    syntax = transfer_syntax_of(dataset)
    if (syntax not in LOSSY_SYNTAXES and not is_video(syntax)) or "PixelData" not in dataset:
        return None
    frames = 1 if is_video(syntax) else PixelDescription.read(dataset).frames
    hasher = blake3(b"CSD2")
    for stream in code_streams(dataset, frames):
        bare = without_remarks(stream.rstrip(_TRAILING))
        hasher.update(struct.pack("<Q", len(bare)))
        hasher.update(bare)
    return Digest(f"csd2:{hasher.hexdigest()}")


def without_remarks(stream: bytes) -> bytes:
    """Return a code stream without the marker segments that no sample depends on; as it is, where it is none."""
    if stream.startswith(_JPEG_START):
        return _without(stream, 0, _JPEG_REMARKS, _SCAN)
    start = stream.find(_JPEG_2000_START)
    return stream if start < 0 else _without(stream, start, _JPEG_2000_REMARKS, _TILE_PART)


def is_video(syntax: str) -> bool:
    """Tell whether a transfer syntax is MPEG, H.264 or HEVC video (PS3.5 A.4.5 and after)."""
    name = UID(syntax).name
    return "MPEG" in name or "HEVC" in name


def _without(stream: bytes, start: int, remarks: frozenset[int], last: int) -> bytes:
    """Copy the marker segments before ``last`` that are no remarks, and everything from there on."""
    kept, position = [stream[start : start + 2]], start + 2
    while position + 4 <= len(stream) and stream[position] == _MARKER and stream[position + 1] != last:
        if stream[position + 1] == _MARKER:  # a fill byte
            position += 1
            continue
        end = position + 2 + int.from_bytes(stream[position + 2 : position + 4], "big")
        if stream[position + 1] not in remarks:
            kept.append(stream[position:end])
        position = end
    return b"".join((*kept, stream[position:]))
