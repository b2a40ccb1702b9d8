"""Colour palettes (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6 and C.7.9): stored indices -> colours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from pacs_dedup.dicom.elements import numbers, value_of
from pacs_dedup.domain.errors import Unreadable

_COLOURS: Final = ("Red", "Green", "Blue")
_ALL_ENTRIES: Final = 1 << 16
_BYTE: Final = 8
_WORD: Final = 16
_BRIGHTEST: Final = 255
_DISCRETE, _LINEAR, _INDIRECT = range(3)
_OPCODE_AND_LENGTH: Final = 2
_DEPTH: Final = 8
"""Indirect segments that name others may not nest any deeper; the standard lets them name none."""


@dataclass(frozen=True, slots=True)
class _Descriptor:
    """How many entries a table has, which index the first is of, and of how many bits they are."""

    entries: int
    first: int
    bits: int


def expand_palette(indices: NDArray[Any], dataset: Dataset) -> NDArray[np.uint8]:
    """Look every index up; entries of 16 bits lose their low byte.

    Args:
        indices: stored values, (rows, columns).
        dataset: holds the palette, each colour as a table or in segments.

    Returns:
        (rows, columns, 3).

    Raises:
        Unreadable: there is no palette, or it is shorter than it says.
    """
    colours = np.empty((*indices.shape, len(_COLOURS)), np.uint8)
    wide = indices.astype(np.int64)
    for plane, colour in enumerate(_COLOURS):
        descriptor = _descriptor(dataset, colour)
        table = _table(dataset, colour, descriptor)
        places = np.clip(wide - descriptor.first, 0, descriptor.entries - 1)
        colours[..., plane] = table[places]
    return colours


def _descriptor(dataset: Dataset, colour: str) -> _Descriptor:
    values = numbers(dataset, f"{colour}PaletteColorLookupTableDescriptor")
    if len(values) != 3 or values[2] not in (_BYTE, _WORD):  # noqa: PLR2004 - entries, first index, bits
        raise Unreadable(f"the colour palette has no valid descriptor for {colour.lower()}; 8 and 16 bits can be read")
    entries, first, bits = map(int, values)
    return _Descriptor(entries % _ALL_ENTRIES or _ALL_ENTRIES, first, bits)


def _table(dataset: Dataset, colour: str, descriptor: _Descriptor) -> NDArray[np.uint8]:
    """Return the entries of one colour as 8 bits.

    A table that is twice as long as entries of 8 bits would make it has each of them in a word (PS3.3 C.7.6.3.1.6).
    """
    if (data := _little_endian(dataset, f"{colour}PaletteColorLookupTableData", descriptor)) is not None:
        in_words = len(data) >= 2 * descriptor.entries
        values = np.frombuffer(data[: len(data) // 2 * 2], "<u2") if in_words else np.frombuffer(data, np.uint8)
    elif (data := _little_endian(dataset, f"Segmented{colour}PaletteColorLookupTableData", descriptor)) is not None:
        in_words = descriptor.bits == _WORD
        words = np.frombuffer(data[: len(data) // 2 * 2], "<u2") if in_words else np.frombuffer(data, np.uint8)
        values = np.array(_expanded(words.tolist(), descriptor), np.uint16)
    else:
        raise Unreadable(f"the colour palette has no table for {colour.lower()}")
    if values.size < descriptor.entries:
        raise Unreadable(f"the colour palette is shorter than the {descriptor.entries} entries that it declares")
    values = values[: descriptor.entries]
    if in_words and (descriptor.bits == _WORD or values.max() > _BRIGHTEST):
        values = values >> _BYTE
    return values.astype(np.uint8)


def _little_endian(dataset: Dataset, keyword: str, descriptor: _Descriptor) -> bytes | None:
    """Return a table's bytes as they stand in little-endian words, None where there is no table."""
    data = value_of(dataset, keyword)
    if not isinstance(data, bytes) or not data:
        return None
    big_endian = dataset.original_encoding[1] is False
    if not big_endian or (descriptor.bits == _BYTE and dataset[keyword].VR == "OB"):
        return data
    return np.frombuffer(data[: len(data) // 2 * 2], ">u2").astype("<u2").tobytes()


def _expanded(words: Sequence[int], descriptor: _Descriptor) -> list[int]:
    """Undo the segmentation of a table (PS3.3 C.7.9.2)."""
    table: list[int] = []
    for operation, start, length in _segments(words, descriptor, 0, len(words), 0):
        if operation == _DISCRETE:
            table.extend(words[start : start + length])
        elif not table:
            raise Unreadable("the segments of the colour palette do not start with entries")
        else:
            steps = np.linspace(table[-1], words[start], length + 1)[1:]
            table.extend(int(value) for value in np.around(steps))
        if len(table) >= descriptor.entries:
            return table
    return table


def _segments(
    words: Sequence[int], descriptor: _Descriptor, at: int, count: int, depth: int
) -> Iterator[tuple[int, int, int]]:
    """Yield operation, start of its values, and length of up to ``count`` segments from ``at`` on."""
    size = {_DISCRETE: 0, _LINEAR: 1, _INDIRECT: 4 if descriptor.bits == _BYTE else 2}
    for _ in range(count):
        if at + _OPCODE_AND_LENGTH >= len(words):
            return
        operation, length, start = words[at], words[at + 1], at + _OPCODE_AND_LENGTH
        if operation not in size or depth > _DEPTH:
            raise Unreadable("the segments of the colour palette can not be read")
        at = start + (length if operation == _DISCRETE else size[operation])
        if at > len(words):
            raise Unreadable("the segments of the colour palette end early")
        if operation == _INDIRECT:
            yield from _segments(words, descriptor, _offset(words[start:at], descriptor), length, depth + 1)
        else:
            yield operation, start, length


def _offset(words: Sequence[int], descriptor: _Descriptor) -> int:
    """Return where an indirect segment points to: a byte offset, least significant part first."""
    offset = sum(word << (descriptor.bits * place) for place, word in enumerate(words))
    return offset // (descriptor.bits // _BYTE)
