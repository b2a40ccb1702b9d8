"""PRS-2: how the stored values become grey levels or colours on a screen."""

from fractions import Fraction
from typing import Final

from pydicom.dataset import Dataset

from pacs_dedup.dicom.canonical_elements import CanonicalWriter
from pacs_dedup.dicom.elements import texts
from pacs_dedup.dicom.open_dataset import PARSE_ERRORS
from pacs_dedup.dicom.pixel_description import decoded_interpretation
from pacs_dedup.dicom.rendition import functional_group
from pacs_dedup.domain.identifiers import Digest

_VALUES: Final = (
    ("RescaleIntercept", "PixelValueTransformationSequence", "0"),
    ("RescaleSlope", "PixelValueTransformationSequence", "1"),
    ("WindowCenter", "FrameVOILUTSequence", ""),
    ("WindowWidth", "FrameVOILUTSequence", ""),
    ("VOILUTFunction", "FrameVOILUTSequence", "LINEAR"),
    ("PixelSpacing", "PixelMeasuresSequence", ""),
    ("ImagerPixelSpacing", "", ""),
    ("DoseGridScaling", "", ""),
)
"""Keyword, the functional group that holds it in an enhanced multi-frame object, and what its absence means."""
_MODULES: Final = (
    0x00280120,  # Pixel Padding Value
    0x00280121,  # Pixel Padding Range Limit
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
    """Digest what turns the stored values of the first frame into grey levels on a screen (PRS-2).

    Numbers enter as reduced fractions. A frame with functional groups (PS3.3 C.7.6.16) gives the digest of the single
    frame that it was made of.
    """
    return _digest(dataset, _values(dataset, 0))


def frame_presentation_digests(dataset: Dataset, frames: int) -> tuple[Digest | None, ...]:
    """Digest the presentation of each of ``frames`` frames; None where it is that of the first."""
    first = _values(dataset, 0)
    digests: dict[tuple[str, ...], Digest | None] = {first: None}
    return tuple(_known_or_new(digests, dataset, frame) for frame in range(frames))


def _known_or_new(digests: dict[tuple[str, ...], Digest | None], dataset: Dataset, frame: int) -> Digest | None:
    """Look-up tables are long and shared, so they are digested once for frames of equal values."""
    values = _values(dataset, frame)
    if values not in digests:
        digests[values] = _digest(dataset, values)
    return digests[values]


def _digest(dataset: Dataset, values: tuple[str, ...]) -> Digest:
    writer = CanonicalWriter(b"PRS2")
    writer.bytes(decoded_interpretation(dataset).encode())
    for value in values:
        writer.bytes(value.encode())
    writer.dataset(dataset, _MODULES)
    return Digest(f"prs2:{writer.hexdigest()}")


def _values(dataset: Dataset, frame: int) -> tuple[str, ...]:
    return tuple(_value(dataset, frame, *value) for value in _VALUES)


def _value(dataset: Dataset, frame: int, keyword: str, macro: str, absent: str) -> str:
    try:
        group = functional_group(dataset, frame, macro) if macro else None
    except PARSE_ERRORS:
        group = None
    return "\\".join(map(_fraction, texts(group or dataset, keyword))) or absent


def _fraction(written: str) -> str:
    try:
        return str(Fraction(written))
    except (ValueError, ZeroDivisionError):
        return written
