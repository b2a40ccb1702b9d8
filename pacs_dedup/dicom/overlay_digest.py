"""OVL-1: what is drawn over the pixels (PS3.3 C.9.2)."""

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset

from pacs_dedup.dicom.canonical_elements import CanonicalWriter
from pacs_dedup.dicom.decode_pixels import container_frames
from pacs_dedup.dicom.elements import value_of
from pacs_dedup.dicom.open_dataset import PARSE_ERRORS
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.identifiers import Digest

_GROUPS: Final = range(0x6000, 0x6020, 2)
_ROWS, _COLUMNS, _FRAMES, _TYPE, _ORIGIN, _BITS_ALLOCATED, _BIT_POSITION, _DATA = (
    0x10, 0x11, 0x15, 0x40, 0x50, 0x100, 0x102, 0x3000,
)  # fmt: skip
_DESCRIBED: Final = (_ROWS, _COLUMNS, _TYPE, _ORIGIN)


def overlay_digest(dataset: FileDataset) -> Digest | None:
    """Digest all overlay planes by their content, whatever their group number; None without any.

    A plane in its own element and the same plane in unused bits of the pixels (retired, PS3.5 8.1.1) are equal.
    """
    planes = sorted(plane for group in _GROUPS if (plane := _plane(dataset, group << 16)))
    return Digest(f"ovl1:{blake3(b'OVL1' + b''.join(planes)).hexdigest()}") if planes else None


def _plane(dataset: FileDataset, base: int) -> bytes:
    if base | _ROWS not in dataset:
        return b""
    try:
        bits = _bits(dataset, base)
        writer = CanonicalWriter(b"PLANE")
        writer.dataset(_described(dataset, base))
    except (Unreadable, *PARSE_ERRORS):
        return b""
    if not bits.size:
        return b""
    writer.bytes(np.packbits(bits).tobytes())
    return bytes.fromhex(writer.hexdigest())


def _bits(dataset: FileDataset, base: int) -> NDArray[np.uint8]:
    """Return the plane's bits, frame by frame; nothing where there are none."""
    number = partial(_number, dataset, base)
    data = value_of(dataset, base | _DATA)
    if isinstance(data, bytes):
        if dataset.original_encoding[1] is False and dataset[base | _DATA].VR == "OW":
            data = np.frombuffer(data, ">u2").astype("<u2").tobytes()
        wanted = number(_ROWS, 0) * number(_COLUMNS, 0) * number(_FRAMES, 1)
        return np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[:wanted]
    position = number(_BIT_POSITION, 0)
    if number(_BITS_ALLOCATED, 1) == 1:
        return np.empty(0, np.uint8)
    return np.concatenate([*_embedded(dataset, position)])


def _embedded(dataset: FileDataset, position: int) -> Iterator[NDArray[np.uint8]]:
    for words in container_frames(dataset):
        yield ((words.ravel() >> position) & 1).astype(np.uint8)


def _number(dataset: Dataset, base: int, element: int, absent: int) -> int:
    value = value_of(dataset, base | element)
    return absent if value is None or value == "" else int(value)


def _described(dataset: Dataset, base: int) -> Dataset:
    """Return rows, columns, type and origin of an overlay as if its group were 6000."""
    described = Dataset()
    for element in _DESCRIBED:
        if base | element in dataset:
            found = dataset[base | element]
            described.add_new(0x60000000 | element, found.VR, found.value)
    return described
