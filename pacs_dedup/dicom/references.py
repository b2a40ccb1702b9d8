"""Which other instances an object names, and which UIDs it had before."""

from collections.abc import Iterable, Iterator
from typing import Final

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from pacs_dedup.dicom.content_digest import is_content
from pacs_dedup.dicom.elements import texts, value_of, values_of
from pacs_dedup.dicom.open_dataset import PARSE_ERRORS
from pacs_dedup.domain.identifiers import SopInstanceUid, is_valid_uid

_UID_KEYWORDS: Final = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
_MAX_DEPTH: Final = 32
_NO_INSTANCES: Final = frozenset({0x00081110, 0x00081111, 0x00081120})
"""Referenced Study, Performed Procedure Step and Patient: worklist objects, which every site makes anew."""


def referenced_sop_instance_uids(dataset: Dataset) -> tuple[SopInstanceUid, ...]:
    """Return every ReferencedSOPInstanceUID (0008,1155) at any depth, each once, those of the content first.

    Source images, evidence and content of reports, key objects, presentation states, conversions and alternate
    representations all name their instances by it (PS3.3 C.12.4, C.17.2, 10.3). The content digest numbers UIDs; which
    they are, and in which order, stands here: a list of evidence before it would hide that two images changed places.
    """
    tags = sorted(dataset.keys(), key=lambda tag: (not is_content(tag), tag))
    found = (uid for uid in _references(dataset, tags, 0) if is_valid_uid(uid))
    return tuple(SopInstanceUid(uid) for uid in dict.fromkeys(found))


def previous_uids(dataset: Dataset) -> tuple[str, ...]:
    """Return the UIDs that Original Attributes (0400,0561) say the object had before (PS3.3 C.12.1.1.9)."""
    items = (
        item
        for changed in values_of(dataset, "OriginalAttributesSequence")
        for item in values_of(changed, "ModifiedAttributesSequence")
    )
    uids = (uid for item in items for keyword in _UID_KEYWORDS for uid in texts(item, keyword))
    return tuple(dict.fromkeys(uid for uid in uids if is_valid_uid(uid)))


def _references(dataset: Dataset, tags: Iterable[BaseTag], depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    yield from texts(dataset, "ReferencedSOPInstanceUID")
    for tag in tags:
        if tag.group % 2 == 0 and tag not in _NO_INSTANCES and _may_be_sequence(dataset, tag):
            yield from _nested(dataset, tag, depth)


def _may_be_sequence(dataset: Dataset, tag: BaseTag) -> bool:
    """Tell by what is known before decoding: Implicit VR says nothing, so everything may."""
    try:
        return dataset.get_item(tag).VR in ("SQ", None)
    except PARSE_ERRORS:
        return False


def _nested(dataset: Dataset, tag: int, depth: int) -> Iterator[str]:
    value = value_of(dataset, tag)
    if isinstance(value, Sequence):
        for item in value:
            yield from _references(item, sorted(item.keys()), depth + 1)
