"""CNT-3: what a non-pixel object says, whoever's name, number and UIDs it carries."""

from collections.abc import Iterator
from typing import Final

from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from pacs_dedup.dicom.canonical_elements import CanonicalWriter, renumbered
from pacs_dedup.dicom.elements import text, value_of, values_of
from pacs_dedup.domain.fingerprint import ContentKind
from pacs_dedup.domain.identifiers import Digest

_CONTENT_TREE: Final = (0x0040A040, 0x0040A043, 0x0040A050, 0x0040A730)
"""Value Type, Concept Name, Continuity of Content, Content Sequence (PS3.3 C.17.3)."""
_STANDING: Final = (0x0040A073, 0x0040A491, 0x0040A492, 0x0040A493, 0x0040A496)
"""Who verified a report, whether it is complete, verified and preliminary (PS3.3 C.17.2): what one may rely on."""
_SHOWN: Final = (0x00081115, 0x00081140)
"""Which images, and which frames of them, a presentation state is about (PS3.3 C.11.11)."""
_DOCUMENT: Final = (0x00420011, 0x00420012)
"""Encapsulated Document and its MIME type (PS3.3 C.24)."""
_WAVEFORM: Final = (0x0040B020, 0x54000100)
"""Waveform Annotation and Waveform Sequence (PS3.3 C.10.8, C.10.9)."""
_MEANINGS: Final = {
    "SegmentSequence": (0x00620001, 0x00620002, 0x0062000E, 0x52009229, 0x52009230),
    "DoseGridScaling": (0x30040002, 0x30040004, 0x3004000A, 0x3004000C, 0x3004000E, 0x30040050, 0x00200032, 0x00200037),
}
"""What gives pixels their meaning, by the attribute that marks such an image: a segmentation's type, its segments and
which frame is of which (PS3.3 C.8.20); a dose's units, type, summation, planes, scaling and histograms (C.8.8.3)."""
_MILLIMETRES: Final = frozenset({0x30060050, 0x3004000C, 0x00200032})
"""Contour Data, Grid Frame Offset Vector, Image Position (Patient)."""
_CONTEXT_GROUPS: Final = frozenset({0x0002, 0x0008, 0x0010, 0x0012, 0x0032, 0x0038, 0x0088, 0x0400, 0xFFFC})
"""Groups of the patient, study and SOP common modules: who, where and when, not what."""
_EQUIPMENT: Final = frozenset(
    {0x00180015, 0x00185100, 0x0018A001}
    | {*range(0x00181000, 0x0018100C), *range(0x00181010, 0x00181021)}
    | {*range(0x00181200, 0x00181204), *range(0x00181800, 0x00181804)}
)
"""Body part and patient position of a series, devices that contributed; devices and numbers, calibration, clocks."""
_REQUESTS: Final = range(0x00400000, 0x00409000)
"""Procedures as they were ordered and performed; specimens."""
_EVIDENCE: Final = frozenset(
    {0x0040A370, 0x0040A372, 0x0040A375, 0x0040A385, 0x0040A525, *range(0x0040E000, 0x0040F000)}
)
"""Requests that a document answers, what it was made from, its identical copies, and where they can be had."""
_SERIES: Final = frozenset({0x0020000D, 0x0020000E, 0x00200010, 0x00200011, 0x00200013, 0x00204000})
_CONTEXT: Final = _EQUIPMENT | _EVIDENCE | _SERIES
_NAMES_IN_TEXT: Final = frozenset({"121028", "121029", "121030", "121031", "121032", "121033"})
"""Content items of TID 1006/1007 that repeat who the subject is (PS3.16, codes of DCM)."""
_WITH_SUBJECT: Final = frozenset({ContentKind.STRUCTURED_REPORT, ContentKind.KEY_OBJECTS})


def content_digest(dataset: Dataset, kind: ContentKind) -> Digest:
    """Digest the content of an object without pixels.

    UIDs are replaced by the order of their first appearance, so that a copy with new UIDs is equal; attributes of
    patient, study, equipment and SOP common do not enter. Two objects that say the same of different instances are
    equal here: their `referenced_sop_instance_uids` tell them apart.
    """
    writer = CanonicalWriter(
        b"CNT3" + kind.encode(),
        uids=renumbered(),
        private=kind is ContentKind.OTHER,
        rounded=_MILLIMETRES,
        omitted=_names_subject if kind in _WITH_SUBJECT else None,
    )
    match kind:
        case ContentKind.STRUCTURED_REPORT | ContentKind.KEY_OBJECTS:
            writer.dataset(dataset, _CONTENT_TREE + _STANDING)
        case ContentKind.ENCAPSULATED_DOCUMENT:
            document = value_of(dataset, "EncapsulatedDocument")
            writer.bytes(document.rstrip(b"\0") if isinstance(document, bytes) else b"")
            writer.dataset(dataset, _DOCUMENT[1:])
        case ContentKind.WAVEFORM:
            writer.dataset(dataset, _WAVEFORM)
        case ContentKind.PRESENTATION_STATE:
            writer.dataset(dataset, (*_SHOWN, *_content_tags(dataset)))
        case _:
            writer.dataset(dataset, _content_tags(dataset))
    return Digest(f"cnt3:{writer.hexdigest()}")


def annotated_content_digest(dataset: Dataset, pixel_digest: str) -> Digest | None:
    """Digest a segmentation or a dose: pixels and what they mean; None of any other image, whose pixels say all.

    Equal masks of two different segments, and equal grids with another dose scaling, are not the same.

    Args:
        dataset: an image.
        pixel_digest: stands for its decoded frames, in order.
    """
    tags = next((tags for mark, tags in _MEANINGS.items() if mark in dataset), None)
    if tags is None:
        return None
    writer = CanonicalWriter(b"CNT3" + ContentKind.IMAGE.encode(), uids=renumbered(), rounded=_MILLIMETRES)
    writer.dataset(dataset, tags)
    writer.bytes(pixel_digest.encode())
    return Digest(f"cnt3:{writer.hexdigest()}")


def is_content(tag: BaseTag) -> bool:
    """Tell whether a top-level element says what an object is about, not whose it is, where it was made and when."""
    return tag in _CONTENT_TREE or tag in _WAVEFORM or _is_no_context(tag)


def _content_tags(dataset: Dataset) -> Iterator[int]:
    return (int(tag) for tag in dataset.keys() if _is_no_context(tag))  # noqa: SIM118


def _is_no_context(tag: BaseTag) -> bool:
    return tag.group not in _CONTEXT_GROUPS and tag not in _CONTEXT and int(tag) not in _REQUESTS


def _names_subject(item: Dataset) -> bool:
    concepts = values_of(item, "ConceptNameCodeSequence")
    return any(text(concept, "CodeValue") in _NAMES_IN_TEXT for concept in concepts)
