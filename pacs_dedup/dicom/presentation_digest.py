"""PRS-1, OVL-1 and CSD-1: how the pixels are shown, what is drawn over them, and the compressed bytes themselves."""

import struct
from fractions import Fraction
from typing import Final

import numpy as np
from blake3 import blake3
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import UID

from pacs_dedup.dicom.canonical_elements import CanonicalWriter
from pacs_dedup.dicom.code_streams import LOSSY_SYNTAXES
from pacs_dedup.dicom.decode_pixels import code_streams
from pacs_dedup.dicom.elements import text, texts, value_of
from pacs_dedup.dicom.native_frames import Pixels
from pacs_dedup.dicom.open_dataset import PARSE_ERRORS, transfer_syntax_of
from pacs_dedup.dicom.pixel_description import PixelDescription
from pacs_dedup.dicom.rendition import functional_group
from pacs_dedup.domain.identifiers import Digest

_FRACTIONS: Final = (
    ("RescaleIntercept", "PixelValueTransformationSequence", "0"),
    ("RescaleSlope", "PixelValueTransformationSequence", "1"),
    ("WindowCenter", "FrameVOILUTSequence", ""),
    ("WindowWidth", "FrameVOILUTSequence", ""),
    ("PixelSpacing", "PixelMeasuresSequence", ""),
    ("ImagerPixelSpacing", "", ""),
    ("DoseGridScaling", "", ""),
)
"""Keyword, the functional group that holds it in an enhanced multi-frame object, and what its absence means."""
_MODULES: Final = (
    0x00280120,  # Pixel Padding Value
    0x00280121,  # Pixel Padding Range Limit
    0x00281056,  # VOI LUT Function
    0x00281101,  # Palette Color Lookup Table Descriptors and Data
    0x00281102,
    0x00281103,
    0x00281201,
    0x00281202,
    0x00281203,
    0x00282000,  # ICC Profile
    0x00283000,  # Modality LUT Sequence
    0x00283010,  # VOI LUT Sequence
    0x20500020,  # Presentation LUT Shape
)
_OVERLAY_GROUPS: Final = range(0x6000, 0x6020, 2)
_TRAILING: Final = b"\x00"


def presentation_digest(dataset: Dataset) -> Digest:
    """Digest what turns stored values into grey levels on a screen (PRS-1); numbers as reduced fractions.

    Of an enhanced multi-frame object the first frame speaks, so that it equals the single frames it was made of.
    """
    interpretation = text(dataset, "PhotometricInterpretation")
    same = {"YBR_RCT": "RGB", "YBR_ICT": "RGB", "YBR_FULL_422": "YBR_FULL"}
    writer = CanonicalWriter(b"PRS1")
    writer.bytes(same.get(interpretation, interpretation).encode())
    for keyword, macro, absent in _FRACTIONS:
        values = texts((macro and functional_group(dataset, 0, macro)) or dataset, keyword)
        writer.bytes(("\\".join(map(_fraction, values)) or absent).encode())
    writer.dataset(dataset, _MODULES)
    return Digest(f"prs1:{writer.hexdigest()}")


def overlay_digest(dataset: Dataset, first_words: Pixels | None = None) -> Digest | None:
    """Digest all overlay planes by their content, whatever their group number (OVL-1, PS3.3 C.9.2); None without any.

    Args:
        dataset: may have overlays in groups 6000 to 601E.
        first_words: undecoded containers of the first frame, for overlays embedded in their unused bits (retired).
    """
    planes = sorted(plane for group in _OVERLAY_GROUPS if (plane := _overlay(dataset, group, first_words)))
    return Digest(f"ovl1:{blake3(b'OVL1' + b''.join(planes)).hexdigest()}") if planes else None


def code_stream_digest(dataset: FileDataset) -> Digest | None:
    """Digest the compressed bytes of a lossy image or a video, fragmentation apart (CSD-1); None for everything else.

    Raises:
        Unreadable: the fragments are damaged.
    """
    syntax = transfer_syntax_of(dataset)
    if (syntax not in LOSSY_SYNTAXES and not is_video(syntax)) or "PixelData" not in dataset:
        return None
    frames = 1 if is_video(syntax) else PixelDescription.read(dataset).frames
    hasher = blake3(b"CSD1" + syntax.encode())
    for stream in code_streams(dataset, frames):
        bare = stream.rstrip(_TRAILING)
        hasher.update(struct.pack("<Q", len(bare)))
        hasher.update(bare)
    return Digest(f"csd1:{hasher.hexdigest()}")


def is_video(syntax: str) -> bool:
    """Tell whether a transfer syntax is MPEG, H.264 or HEVC video (PS3.5 A.4.5 and after)."""
    name = UID(syntax).name
    return "MPEG" in name or "HEVC" in name


def _fraction(written: str) -> str:
    try:
        return str(Fraction(written))
    except (ValueError, ZeroDivisionError):
        return written


def _overlay(dataset: Dataset, group: int, words: Pixels | None) -> bytes:
    base = group << 16
    try:
        rows, columns = int(value_of(dataset, base | 0x10)), int(value_of(dataset, base | 0x11))
    except (TypeError, ValueError):
        return b""
    data = value_of(dataset, base | 0x3000)
    if isinstance(data, bytes):
        bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[: rows * columns]
    elif words is not None and words.ndim == 2 and words.dtype.kind == "u":  # noqa: PLR2004 - rows, columns
        bits = ((words >> int(value_of(dataset, base | 0x102) or 0)) & 1).astype(np.uint8).ravel()
    else:
        return b""
    writer = CanonicalWriter(b"PLANE")
    try:
        writer.dataset(_described(dataset, base))
    except PARSE_ERRORS:
        return b""
    writer.bytes(np.packbits(bits).tobytes())
    return bytes.fromhex(writer.hexdigest())


def _described(dataset: Dataset, base: int) -> Dataset:
    """Return rows, columns, type and origin of an overlay as if its group were 6000."""
    described = Dataset()
    for element in (0x10, 0x11, 0x40, 0x50):
        if base | element in dataset:
            found = dataset[base | element]
            described.add_new(0x60000000 | element, found.VR, found.value)
    return described
