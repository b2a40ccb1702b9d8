"""The header of each frame as a classic single-frame object would have it, whatever kind of object it comes from."""

from collections.abc import Collection, Iterator
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from pacs_dedup.dicom.open_dataset import PARSE_ERRORS

_Elements = dict[Any, Any]


def flat_headers(dataset: Dataset, keywords: Collection[str]) -> Iterator[Dataset]:
    """Yield the chosen elements for each frame that has functional groups, of a classic object once.

    What a frame says for itself comes before what all frames share, and that before the top level. The macros of a
    legacy converted object hold the elements of the classic one as they were (PS3.3 C.7.6.16, converted attributes).
    """
    wanted = [Tag(keyword) for keyword in keywords]
    base = {tag: dataset.get_item(tag) for tag in wanted if tag in dataset}
    for shared in _items(dataset, "SharedFunctionalGroupsSequence")[:1]:
        base.update(_chosen(shared, wanted))
    frames = _items(dataset, "PerFrameFunctionalGroupsSequence")
    for groups in frames or [Dataset()]:
        yield Dataset({**base, **_chosen(groups, wanted)})


def _items(dataset: Dataset, keyword: str) -> list[Dataset]:
    try:
        found = dataset.get(keyword)
        return list(found) if isinstance(found, Sequence) else []
    except PARSE_ERRORS:
        return []


def _chosen(groups: Dataset, wanted: Collection[Any]) -> _Elements:
    """Return the chosen elements of all macros of one item; the first item of a macro speaks for it."""
    chosen: _Elements = {}
    for tag in list(groups.keys()):
        macro = _first(groups, tag)
        if macro is not None:
            chosen.update({tag: macro.get_item(tag) for tag in wanted if tag in macro})
    return chosen


def _first(groups: Dataset, tag: Any) -> Dataset | None:
    try:
        value = groups[tag].value
    except PARSE_ERRORS:
        return None
    return value[0] if isinstance(value, Sequence) and value else None
