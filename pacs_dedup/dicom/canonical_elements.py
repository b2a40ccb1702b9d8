"""Write data elements in one form, whatever their transfer syntax and character set, into a BLAKE3 hasher."""

import struct
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import numpy as np
from blake3 import blake3
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.valuerep import PersonName

from pacs_dedup.dicom.elements import raw_value
from pacs_dedup.dicom.open_dataset import PARSE_ERRORS

_BINARY_WORDS: Final = {"OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}
_PHOTOMETRIC: Final = 0x00280004
_HUNDREDTH: Final = Decimal("0.01")
_AS_DECODED: Final = {"YBR_RCT": "RGB", "YBR_ICT": "RGB"}


class CanonicalWriter:
    """A hasher that takes elements; equal content gives equal digests.

    Args:
        tag: what is being digested; keeps digests of different rules apart.
        skip: tags that do not enter, at any depth.
        uids: how a UID value is written; as it is, if not given.
        wanted: which top-level elements enter; all, if not given.
        private: whether private elements enter, by their raw bytes.
        rounded: tags of millimetres, which are written to 0.01 mm: systems print coordinates with more or fewer digits.
        omitted: tells which items of sequences do not enter; all enter, if not given.
    """

    def __init__(
        self,
        tag: bytes,
        *,
        skip: frozenset[int] = frozenset(),
        uids: Callable[[str], str] = str,
        private: bool = False,
        rounded: frozenset[int] = frozenset(),
        omitted: Callable[[Dataset], bool] | None = None,
    ) -> None:
        self._hasher = blake3(tag)
        self._skip = skip
        self._uids = uids
        self._private = private
        self._rounded = rounded
        self._omitted = omitted

    def hexdigest(self) -> str:
        """Return the digest so far as 64 hexadecimal digits."""
        return self._hasher.hexdigest()

    def bytes(self, value: bytes | memoryview) -> None:
        """Write length and bytes."""
        self._hasher.update(struct.pack("<Q", len(value)))
        self._hasher.update(value)

    def dataset(self, dataset: Dataset, tags: Iterable[int] | None = None) -> None:
        """Write the elements of a data set in the order of their tags; only ``tags``, if given."""
        self._hasher.update(b"{")
        for tag in sorted(dataset.keys() if tags is None else (t for t in tags if t in dataset)):
            self._tag(dataset, int(tag))
        self._hasher.update(b"}")

    def _tag(self, dataset: Dataset, tag: int) -> None:
        group, element = tag >> 16, tag & 0xFFFF
        if tag in self._skip or element == 0:
            return
        if group % 2:
            if self._private:
                self._raw(dataset, tag)
            return
        try:
            found = dataset[tag]
        except PARSE_ERRORS:
            self._raw(dataset, tag)
            return
        self._hasher.update(struct.pack("<I", tag))
        self._element(found, big_endian=dataset.original_encoding[1] is False)

    def _raw(self, dataset: Dataset, tag: int) -> None:
        value = raw_value(dataset, tag)
        self._hasher.update(struct.pack("<I", tag))
        if isinstance(value, bytes):
            self.bytes(value.rstrip(b" \0"))
        elif value is not None and not isinstance(value, str):
            for item in value:
                if isinstance(item, Dataset):
                    self.dataset(item)

    def _element(self, element: DataElement, *, big_endian: bool) -> None:
        value: Any = element.value
        if element.VR == "SQ":
            for item in value:
                if self._omitted is None or not self._omitted(item):
                    self.dataset(item)
        elif isinstance(value, bytes):
            self.bytes(_little_endian(value, element.VR) if big_endian else value)
        else:
            many = value if isinstance(value, list | tuple) or type(value).__name__ == "MultiValue" else [value]
            texts = ["" if one is None else self._text(one, element) for one in many]
            while texts and not texts[-1]:
                texts.pop()
            self.bytes("\\".join(texts).encode("utf-8", "surrogatepass"))

    def _text(self, value: Any, element: DataElement) -> str:
        if element.VR == "UI":
            return self._uids(str(value).strip(" \0"))
        if isinstance(value, PersonName):
            return "=".join(group.rstrip("^ ") for group in _nfc(str(value)).split("=")).rstrip("=")
        if element.tag in self._rounded:
            return _numeral(str(value).strip(" \0"), _HUNDREDTH)
        if isinstance(value, float):
            return repr(float(value) + 0.0)
        plain = _nfc(str(value)).strip(" \0")
        if element.tag == _PHOTOMETRIC:
            return _AS_DECODED.get(plain, plain)
        return _numeral(plain) if element.VR in ("DS", "IS") else plain


def renumbered() -> Callable[[str], str]:
    """Return a function that gives each UID the number of its first appearance; UIDs of the standard stay."""
    seen: dict[str, str] = {}

    def number(uid: str) -> str:
        return uid if uid.startswith("1.2.840.10008.") else seen.setdefault(uid, f"#{len(seen)}")

    return number


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _numeral(text: str, step: Decimal | None = None) -> str:
    try:
        number = Decimal(text)
        number = number if step is None else number.quantize(step)
    except InvalidOperation:
        return text
    return str(number.normalize() + 0) if number.is_finite() else text


def _little_endian(value: bytes, vr: str) -> bytes:
    size = _BINARY_WORDS.get(vr)
    if size is None or len(value) % size:
        return value
    return np.frombuffer(value, f">u{size}").byteswap().tobytes()
