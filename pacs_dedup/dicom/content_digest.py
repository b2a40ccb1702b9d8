"""CNT-1: what a non-pixel object says, whoever's name, number and UIDs it carries."""

from collections.abc import Callable, Iterator
from typing import Final

from pydicom.dataset import Dataset

from pacs_dedup.dicom.canonical_elements import CanonicalWriter
from pacs_dedup.dicom.elements import text, value_of, values_of
from pacs_dedup.domain.fingerprint import ContentKind
from pacs_dedup.domain.identifiers import Digest

_CONTENT_TREE: Final = (0x0040A040, 0x0040A043, 0x0040A050, 0x0040A730)
"""Value Type, Concept Name, Continuity of Content, Content Sequence (PS3.3 C.17.3)."""
_DOCUMENT: Final = (0x00420011, 0x00420012)
"""Encapsulated Document and its MIME type (PS3.3 C.24)."""
_WAVEFORM: Final = (0x0040B020, 0x54000100)
"""Waveform Annotation and Waveform Sequence (PS3.3 C.10.8, C.10.9)."""
_CONTEXT_GROUPS: Final = frozenset(
    {0x0002, 0x0008, 0x0010, 0x0012, 0x0018, 0x0032, 0x0038, 0x0040, 0x0088, 0x0400, 0xFFFC}
)
"""Groups of the patient, study, equipment and SOP common modules: who, where and when, not what."""
_CONTEXT: Final = frozenset({0x0020000D, 0x0020000E, 0x00200010, 0x00200011, 0x00200013, 0x00204000})
_NAMES_IN_TEXT: Final = frozenset({"121028", "121029", "121030", "121031", "121032", "121033"})
"""Content items of TID 1006/1007 that repeat who the subject is (PS3.16, codes of DCM)."""


def content_digest(dataset: Dataset, kind: ContentKind) -> Digest:
    """Digest the content of an object without pixels.

    UIDs are replaced by the order of their first appearance, so that a copy with new UIDs is equal; attributes of
    patient, study, equipment and SOP common do not enter. Two objects that say the same of different instances are
    equal here: their `referenced_sop_instance_uids` tell them apart.
    """
    writer = CanonicalWriter(b"CNT1" + kind.encode(), uids=_numbered(), private=kind is ContentKind.OTHER)
    match kind:
        case ContentKind.STRUCTURED_REPORT | ContentKind.KEY_OBJECTS:
            _drop_subject(dataset)
            writer.dataset(dataset, _CONTENT_TREE)
        case ContentKind.ENCAPSULATED_DOCUMENT:
            document = value_of(dataset, "EncapsulatedDocument")
            writer.bytes(document.rstrip(b"\0") if isinstance(document, bytes) else b"")
            writer.dataset(dataset, _DOCUMENT[1:])
        case ContentKind.WAVEFORM:
            writer.dataset(dataset, _WAVEFORM)
        case _:
            writer.dataset(dataset, _content_tags(dataset))
    return Digest(f"cnt1:{writer.hexdigest()}")


def _content_tags(dataset: Dataset) -> Iterator[int]:
    return (int(tag) for tag in dataset.keys() if tag.group not in _CONTEXT_GROUPS and tag not in _CONTEXT)  # noqa: SIM118


def _drop_subject(dataset: Dataset) -> None:
    """Take the content items out that name the subject; the data set is this process's own copy."""
    for item in values_of(dataset, "ContentSequence"):
        _drop_subject(item)
    kept = [item for item in values_of(dataset, "ContentSequence") if not _names_subject(item)]
    if len(kept) < len(values_of(dataset, "ContentSequence")):
        dataset.ContentSequence = kept


def _names_subject(item: Dataset) -> bool:
    concepts = values_of(item, "ConceptNameCodeSequence")
    return any(text(concept, "CodeValue") in _NAMES_IN_TEXT for concept in concepts)


def _numbered() -> Callable[[str], str]:
    """Return a function that gives each UID the number of its first appearance; UIDs of the standard stay."""
    seen: dict[str, str] = {}

    def number(uid: str) -> str:
        return uid if uid.startswith("1.2.840.10008.") else seen.setdefault(uid, f"#{len(seen)}")

    return number
