"""Compare two headers element by element: only what differs, grouped and classed for a reviewer."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

from blake3 import blake3
from pydicom import Dataset, FileDataset
from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.tag import BaseTag
from pydicom.valuerep import PersonName

from pacs_dedup.dicom.header_groups import group_of, kind_of
from pacs_dedup.dicom.open_dataset import PARSE_ERRORS, open_dataset
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.header import DifferenceKind, HeaderDifference, HeaderGroup

MAX_VALUE_CHARACTERS = 160
"""Longer values are cut: a reviewer compares, and the bytes are still in the blob."""

_PIXEL_GROUP = 0x7FE0
_OVERLAY_GROUPS = range(0x6000, 0x6100, 2)
_OVERLAY_DATA = 0x3000
_TRAILING_PADDING = 0xFFFCFFFC
_SIGNS_OF_AN_INSTANCE = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "PatientID")
_BINARY = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
_COMPONENT_GROUPS = ("alphabetic", "ideographic", "phonetic")
_ORDER = {group: position for position, group in enumerate(HeaderGroup)}


def header_differences(path_a: Path, path_b: Path) -> tuple[HeaderDifference, ...]:
    """Return every element in which two files differ, ordered by group and tag.

    ``path_a`` is the incoming side. Person names are compared per component group (PS3.5 6.2.1.1), sequences are
    summarised, binary values are told by their length; pixel data, overlay data and group lengths are left out.

    Raises:
        Unreadable: one of the files has no header that can be parsed.
        BlobMissing: one of the files is gone.
    """
    incoming, prior = _read_header(path_a), _read_header(path_b)
    tags = sorted({*incoming.keys(), *prior.keys()})
    found = [d for tag in tags if _speaks(tag) for d in _differences(tag, incoming, prior)]
    found.extend(_differences(BaseTag(0x00020010), incoming.file_meta, prior.file_meta))
    return tuple(sorted(found, key=lambda d: (_ORDER[d.group], d.tag)))


def _read_header(path: Path) -> FileDataset:
    header = open_dataset(path, stop_before_pixels=True)
    if not any(keyword in header for keyword in _SIGNS_OF_AN_INSTANCE):
        raise Unreadable("the file holds none of the elements that name an instance; it is not DICOM, or damaged")
    return header


def _speaks(tag: BaseTag) -> bool:
    overlay = tag.group in _OVERLAY_GROUPS and tag.element == _OVERLAY_DATA
    return tag.element != 0 and tag.group != _PIXEL_GROUP and not overlay and tag != _TRAILING_PADDING


def _differences(tag: BaseTag, incoming: Dataset, prior: Dataset) -> Iterator[HeaderDifference]:
    left, right = _element(incoming, tag), _element(prior, tag)
    for suffix, a, b in _pairs(left, right):
        if a != b:
            yield HeaderDifference(
                keyword=_name(tag) + suffix,
                tag=f"{tag.group:04X},{tag.element:04X}",
                group=group_of(tag),
                kind=DifferenceKind.FORMAT if _same_but_for_spelling(a, b) else kind_of(tag),
                incoming=_bounded(a),
                prior=_bounded(b),
            )


def _element(header: Dataset, tag: BaseTag) -> DataElement | bytes | None:
    """Return the element, None where it is absent; a value that can not be understood comes back as raw bytes."""
    try:
        return header.get(tag)
    except PARSE_ERRORS:
        raw = dict(header.items())[tag].value
        return raw if isinstance(raw, bytes) else b""


def _pairs(left: DataElement | bytes | None, right: DataElement | bytes | None) -> Iterator[tuple[str, str, str]]:
    """Yield (suffix of the keyword, incoming text, prior text) for what there is to compare in one element."""
    representations = {
        side.VR if isinstance(side, DataElement) else "raw" for side in (left, right) if side is not None
    }
    if representations == {"PN"}:
        groups = zip(_COMPONENT_GROUPS, _components(left), _components(right), strict=True)
        for position, (name, a, b) in enumerate(groups):
            yield f" ({name})" if position else "", a, b
    elif representations == {"SQ"}:
        yield "", *_sequence_texts(left, right)
    else:
        yield "", _text(left), _text(right)


def _components(element: DataElement | bytes | None) -> tuple[str, str, str]:
    if not isinstance(element, DataElement) or not element.value:
        return "", "", ""
    values = [element.value] if isinstance(element.value, PersonName | str) else list(element.value)
    names = [PersonName(v) if isinstance(v, str) else v for v in values]
    alphabetic, ideographic, phonetic = (
        "\\".join(str(getattr(n, part)).strip() for n in names) for part in _COMPONENT_GROUPS
    )
    return alphabetic, ideographic, phonetic


def _text(element: DataElement | bytes | None) -> str:
    if isinstance(element, bytes):
        return _binary_text(element)
    if element is None or element.value is None:
        return ""
    if element.VR == "SQ":
        return _count(element)
    if element.VR in _BINARY and isinstance(element.value, bytes):
        return _binary_text(element.value)
    values = element.value if element.VM > 1 else [element.value]
    return "\\".join(str(v).strip() for v in values)


def _binary_text(value: bytes) -> str:
    """Tell a binary value by its length and the head of its digest, so that two of one length can be told apart."""
    return f"{len(value)} bytes, digest {blake3(value).hexdigest()[:8]}" if value else ""


def _sequence_texts(left: DataElement | bytes | None, right: DataElement | bytes | None) -> tuple[str, str]:
    if not isinstance(left, DataElement) or not isinstance(right, DataElement):
        return _count(left), _count(right)
    if left.value == right.value:
        return "", ""
    nested = sorted({name for a, b in zip(left.value, right.value, strict=False) for name in _differing(a, b)})
    differs = f", differs in {', '.join(nested)}" if nested else ""
    return _count(left) + differs, _count(right)


def _count(element: DataElement | bytes | None) -> str:
    if not isinstance(element, DataElement):
        return ""
    items = len(element.value)
    return f"{items} item{'' if items == 1 else 's'}"


def _differing(a: Dataset, b: Dataset) -> Iterator[str]:
    for tag in sorted({*a.keys(), *b.keys()}):
        if _element(a, tag) != _element(b, tag):
            yield _name(tag)


def _name(tag: BaseTag) -> str:
    return keyword_for_tag(tag) or f"{tag.group:04X},{tag.element:04X}"


def _same_but_for_spelling(a: str, b: str) -> bool:
    """Tell whether two values say the same: numbers by value, text without case, spaces and separators."""
    if not a or not b:
        return False
    return _numbers(a) == _numbers(b) or _folded(a) == _folded(b)


def _numbers(text: str) -> tuple[Decimal, ...] | str:
    try:
        return tuple(Decimal(part) for part in text.split("\\"))
    except InvalidOperation:
        return text


def _folded(text: str) -> str:
    return re.sub(r"[\s^,.()\-]+", "", text).casefold()


def _bounded(text: str) -> str:
    return text if len(text) <= MAX_VALUE_CHARACTERS else text[: MAX_VALUE_CHARACTERS - 1] + "…"
