"""Values of elements in plain types, whatever the sender made of them; malformed ones read as absent."""

import math
from collections.abc import Iterable
from functools import cache
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from pacs_dedup.dicom.open_dataset import PARSE_ERRORS


def value_of(dataset: Dataset, keyword: str | int) -> Any:
    """Return an element's value by keyword or tag, None where it is absent or can not be decoded."""
    tag = keyword if isinstance(keyword, int) else _tag(keyword)
    try:
        return dataset[tag].value if tag in dataset else None
    except PARSE_ERRORS:
        return None


@cache
def _tag(keyword: str) -> BaseTag:
    """Return the tag of a keyword; a data set that is asked by keyword looks absent ones up anew each time."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise LookupError(f"{keyword} is no keyword of the data dictionary")
    return Tag(tag)


def raw_value(dataset: Dataset, tag: int) -> Any:
    """Return an element's value as it stands in the file, bytes if it was not decoded yet; None where there is none."""
    try:
        return dataset.get_item(tag).value if tag in dataset else None
    except PARSE_ERRORS:
        return None


def values_of(dataset: Dataset, keyword: str) -> tuple[Any, ...]:
    """Return an element's values as a tuple, empty where there are none."""
    value = value_of(dataset, keyword)
    if value is None or value == "":
        return ()
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        return (value,)
    return tuple(value)


def text(dataset: Dataset, keyword: str) -> str:
    """Return the first value as text without padding."""
    values = values_of(dataset, keyword)
    return _plain(values[0]) if values else ""


def texts(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """Return all values as text without padding."""
    return tuple(_plain(value) for value in values_of(dataset, keyword))


def _plain(value: Any) -> str:
    """Return a value as text; a sequence item is none, and to print it would decode whatever is in it."""
    return "" if isinstance(value, Dataset) else str(value).strip(" \0")


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Return all values as finite numbers; empty where one of them is none."""
    try:
        found = tuple(float(value) for value in values_of(dataset, keyword))
    except (TypeError, ValueError):
        return ()
    return found if all(math.isfinite(value) for value in found) else ()


def number(dataset: Dataset, keyword: str) -> float | None:
    """Return the first value as a finite number, None where it is none."""
    found = numbers(dataset, keyword)
    return found[0] if found else None
