"""PRS-1: how the stored values become grey levels or colours on a screen."""

from fractions import Fraction
from typing import Final

from pydicom.dataset import Dataset

from pacs_dedup.dicom.canonical_elements import CanonicalWriter
from pacs_dedup.dicom.elements import texts
from pacs_dedup.dicom.pixel_description import decoded_interpretation
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


def presentation_digest(dataset: Dataset) -> Digest:
    """Digest what turns stored values into grey levels on a screen (PRS-1); numbers as reduced fractions.

    Of an enhanced multi-frame object the first frame speaks, so that it equals the single frames it was made of.
    """
    writer = CanonicalWriter(b"PRS1")
    writer.bytes(decoded_interpretation(dataset).encode())
    for keyword, macro, absent in _FRACTIONS:
        values = texts((macro and functional_group(dataset, 0, macro)) or dataset, keyword)
        writer.bytes(("\\".join(map(_fraction, values)) or absent).encode())
    writer.dataset(dataset, _MODULES)
    return Digest(f"prs1:{writer.hexdigest()}")


def _fraction(written: str) -> str:
    try:
        return str(Fraction(written))
    except (ValueError, ZeroDivisionError):
        return written
