"""PRS-3: how the stored values become grey levels or colours on a screen, and which quantities they stand for."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from typing import Final

from pydicom.dataset import Dataset

from pacs_dedup.dicom.canonical_elements import CanonicalWriter, renumbered
from pacs_dedup.dicom.elements import text, texts
from pacs_dedup.dicom.pixel_description import decoded_interpretation
from pacs_dedup.dicom.rendition import functional_group, functional_groups
from pacs_dedup.domain.identifiers import Digest

_SHUTTER: Final = (
    "ShutterShape",
    "ShutterLeftVerticalEdge",
    "ShutterRightVerticalEdge",
    "ShutterUpperHorizontalEdge",
    "ShutterLowerHorizontalEdge",
    "CenterOfCircularShutter",
    "RadiusOfCircularShutter",
    "VerticesOfThePolygonalShutter",
    "ShutterPresentationValue",
    "ShutterPresentationColorCIELabValue",
    "ShutterOverlayGroup",
)
_OF_FRAMES: Final = {
    "PixelValueTransformationSequence": {"RescaleIntercept": "0", "RescaleSlope": "1"},
    "FrameVOILUTSequence": {"WindowCenter": "", "WindowWidth": "", "VOILUTFunction": "LINEAR"},
    "PixelMeasuresSequence": {"PixelSpacing": ""},
    "FrameDisplayShutterSequence": dict.fromkeys(_SHUTTER, ""),
}
"""Keywords and what their absence means, by the functional group that holds them in an enhanced multi-frame object."""
_SEQUENCES_OF_FRAMES: Final = {
    "RealWorldValueMappingSequence": 0x00409096,
    "PixelIntensityRelationshipLUTSequence": 0x00289422,
}
"""What stands whole in a functional group, or in an image of one frame."""
_OF_IMAGES: Final = {
    "ImagerPixelSpacing": "",
    "PixelAspectRatio": "1\\1",
    "DoseGridScaling": "",
    "Units": "",
    "SUVType": "",
    "RecommendedViewingMode": "",
}
_MODULES: Final = (
    0x00280120,  # Pixel Padding Value
    0x00280121,  # Pixel Padding Range Limit
    0x00281101,  # Palette Color Lookup Table Descriptors, Data, and Segmented Data
    0x00281102,
    0x00281103,
    0x00281201,
    0x00281202,
    0x00281203,
    0x00281221,
    0x00281222,
    0x00281223,
    0x00282000,  # ICC Profile
    0x00283000,  # Modality LUT Sequence
    0x00283010,  # VOI LUT Sequence
    0x00286100,  # Mask Subtraction Sequence
    0x00700001,  # Graphic Annotation Sequence
    0x00700041,  # Image Horizontal Flip
    0x00700042,  # Image Rotation
    0x0070005A,  # Displayed Area Selection Sequence
    0x00700060,  # Graphic Layer Sequence
)
_SPACINGS: Final = frozenset({"PixelSpacing", "ImagerPixelSpacing"})
"""Geometry, in mm; systems print it with more or fewer digits."""
_CURVES: Final = range(0x5000, 0x5020, 2)
"""Groups of the retired Curve module (PS3.3-2004 C.10.2)."""


def presentation_digest(dataset: Dataset) -> Digest:
    """Digest what turns the stored values of the first frame into what a screen shows of them (PRS-3).

    Numbers enter as reduced fractions, spacings to four digits, UIDs by their order, and what the standard gives an
    absent element as that. A frame with functional groups (PS3.3
    C.7.6.16) gives the digest of the single frame that it was made of.
    """
    return _digest(dataset, _Values(dataset).of(0))


def frame_presentation_digests(dataset: Dataset, frames: int) -> tuple[Digest | None, ...]:
    """Digest the presentation of each of ``frames`` frames; None where it is that of the first."""
    values = _Values(dataset)
    digests: dict[tuple[str, ...], Digest | None] = {values.of(0): None}
    return tuple(_known_or_new(digests, dataset, values.of(frame)) for frame in range(frames))


def _known_or_new(
    digests: dict[tuple[str, ...], Digest | None], dataset: Dataset, values: tuple[str, ...]
) -> Digest | None:
    """Look-up tables are long and shared, so they are digested once for frames of equal values."""
    if values not in digests:
        digests[values] = _digest(dataset, values)
    return digests[values]


def _digest(dataset: Dataset, values: tuple[str, ...]) -> Digest:
    writer = CanonicalWriter(b"PRS3", uids=renumbered())
    interpretation = decoded_interpretation(dataset)
    writer.bytes(interpretation.encode())
    for value in chain(values, _read(dataset, _OF_IMAGES), (_grey_shape(dataset, interpretation),)):
        writer.bytes(value.encode())
    writer.dataset(dataset, chain(_MODULES, _curves(dataset)))
    return Digest(f"prs3:{writer.hexdigest()}")


def _curves(dataset: Dataset) -> Iterator[int]:
    return (int(tag) for tag in dataset.keys() if tag.group in _CURVES)  # noqa: SIM118 - a data set iterates elements


class _Values:
    """What the functional groups of an image say, or the image itself; what frames share is read once."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._known: dict[tuple[int, str], tuple[str, ...]] = {}

    def of(self, frame: int) -> tuple[str, ...]:
        """Return the values of a frame (0-based)."""
        return (
            *chain.from_iterable(self._macro(frame, macro) for macro in _OF_FRAMES),
            *chain.from_iterable(self._sequence(frame, keyword) for keyword in _SEQUENCES_OF_FRAMES),
        )

    def _macro(self, frame: int, macro: str) -> tuple[str, ...]:
        group = functional_group(self._dataset, frame, macro) or self._dataset
        if (id(group), macro) not in self._known:
            self._known[id(group), macro] = _read(group, _OF_FRAMES[macro])
        return self._known[id(group), macro]

    def _sequence(self, frame: int, keyword: str) -> tuple[str, ...]:
        groups = functional_groups(self._dataset, frame, keyword) or self._dataset
        if (id(groups), keyword) not in self._known:
            writer = CanonicalWriter(keyword.encode(), uids=renumbered())
            writer.dataset(groups, (_SEQUENCES_OF_FRAMES[keyword],))
            self._known[id(groups), keyword] = (writer.hexdigest(),)
        return self._known[id(groups), keyword]


def _grey_shape(dataset: Dataset, interpretation: str) -> str:
    """Return Presentation LUT Shape (2050,0020); an absent one shows the lowest value as the interpretation says."""
    return text(dataset, "PresentationLUTShape") or ("INVERSE" if interpretation == "MONOCHROME1" else "IDENTITY")


def _read(dataset: Dataset, absences: dict[str, str]) -> tuple[str, ...]:
    return tuple(_written(dataset, keyword) or absent for keyword, absent in absences.items())


def _written(dataset: Dataset, keyword: str) -> str:
    return "\\".join(_fraction(_short(value) if keyword in _SPACINGS else value) for value in texts(dataset, keyword))


def _short(spacing: str) -> str:
    try:
        return f"{float(spacing):.4g}"
    except ValueError:
        return spacing


def _fraction(written: str) -> str:
    try:
        return str(Fraction(written))
    except (ValueError, ZeroDivisionError):
        return written
