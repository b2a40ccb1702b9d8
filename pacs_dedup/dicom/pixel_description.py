"""What a header says about its pixels (PS3.3 C.7.6.3), checked before anything is allocated."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

from pydicom.dataset import Dataset

from pacs_dedup.dicom.elements import text, value_of
from pacs_dedup.domain.errors import Unreadable

MAX_FRAME_BYTES: Final = 512 << 20
"""Decoded size of one frame that is still decoded; the largest films and slides stay below a tenth of it."""

_INTEGER_BITS: Final = (1, 8, 16, 32)
_MAX_FRAMES: Final = 1_000_000


class PixelElement(StrEnum):
    """The element that holds the pixels, by keyword."""

    INTEGER = "PixelData"
    FLOAT = "FloatPixelData"
    DOUBLE = "DoubleFloatPixelData"


FLOAT_BITS: Final = {PixelElement.FLOAT: 32, PixelElement.DOUBLE: 64}


_DECODED: Final = {"YBR_RCT": "RGB", "YBR_ICT": "RGB", "YBR_FULL_422": "YBR_FULL"}


def decoded_interpretation(dataset: Dataset) -> str:
    """Return the Photometric Interpretation (0028,0004) that samples have when decoding has undone its encoding."""
    told = text(dataset, "PhotometricInterpretation")
    return _DECODED.get(told, told)


@dataclass(frozen=True, slots=True)
class PixelDescription:
    """Image Pixel module of one instance, plausible in itself.

    Attributes:
        rows, columns, samples, frames: the shape of the pixels; at least 1 each.
        high_bit: (0028,0102), position of the most significant stored bit in its container.
        signed: PixelRepresentation (0028,0103) is 1.
        planar: PlanarConfiguration (0028,0006) is 1: all of one sample, then all of the next.
    """

    element: PixelElement
    rows: int
    columns: int
    samples: int
    frames: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    planar: bool
    photometric_interpretation: str

    @property
    def subsampled(self) -> bool:
        """Whether native pixels share their chrominance in pairs (PS3.3 C.7.6.3.1.2, YBR_FULL_422)."""
        return self.photometric_interpretation == "YBR_FULL_422" and self.samples == 3  # noqa: PLR2004 - Y, B, R

    @property
    def frame_bits(self) -> int:
        """Size of one native frame in bits."""
        samples = 2 if self.subsampled else self.samples
        return self.rows * self.columns * samples * self.bits_allocated

    @property
    def native_bytes(self) -> int:
        """Size of all native frames in bytes, without padding; frames of single bits follow each other unaligned."""
        return (self.frame_bits * self.frames + 7) // 8

    def single_frame(self) -> Self:
        """Return the description of one of the frames."""
        return replace(self, frames=1)

    def whole_containers(self) -> Self:
        """Return a description by which every bit of a container is a stored bit."""
        return replace(self, bits_stored=self.bits_allocated, high_bit=self.bits_allocated - 1, signed=False)

    @classmethod
    def read(cls, dataset: Dataset) -> Self:
        """Read and check the description.

        Raises:
            Unreadable: an attribute is missing, malformed, or describes what can not be decoded safely.
        """
        element = pixel_element(dataset)
        bits = FLOAT_BITS.get(element) or _integer(dataset, "BitsAllocated")
        is_float = element in FLOAT_BITS
        stored = bits if is_float else _integer(dataset, "BitsStored", default=bits)
        description = cls(
            element=element,
            rows=_integer(dataset, "Rows"),
            columns=_integer(dataset, "Columns"),
            samples=_integer(dataset, "SamplesPerPixel", default=1),
            frames=_integer(dataset, "NumberOfFrames", default=1),
            bits_allocated=bits,
            bits_stored=stored,
            high_bit=stored - 1 if is_float else _integer(dataset, "HighBit", default=stored - 1),
            signed=_integer(dataset, "PixelRepresentation", default=0) == 1,
            planar=_integer(dataset, "PlanarConfiguration", default=0) == 1,
            photometric_interpretation=text(dataset, "PhotometricInterpretation") or "MONOCHROME2",
        )
        description._check()
        return description

    def _check(self) -> None:
        if min(self.rows, self.columns, self.samples, self.frames) < 1:
            raise Unreadable("Rows, Columns, SamplesPerPixel and NumberOfFrames must be at least 1")
        if self.frames > _MAX_FRAMES:
            raise Unreadable(f"{self.frames} frames are declared, more than {_MAX_FRAMES}")
        if self.element is PixelElement.INTEGER and self.bits_allocated not in _INTEGER_BITS:
            raise Unreadable(f"BitsAllocated (0028,0100) is {self.bits_allocated}; 1, 8, 16 and 32 can be decoded")
        if not 1 <= self.bits_stored <= self.high_bit + 1 <= self.bits_allocated:
            raise Unreadable(
                f"BitsStored {self.bits_stored} and HighBit {self.high_bit} do not fit "
                f"BitsAllocated {self.bits_allocated}"
            )
        if self.frame_bits // 8 > MAX_FRAME_BYTES:
            raise Unreadable(
                f"a frame of {self.rows} x {self.columns} pixels is declared, more than {MAX_FRAME_BYTES >> 20} MiB"
            )


def pixel_element(dataset: Dataset) -> PixelElement:
    """Return which element holds the pixels.

    Raises:
        Unreadable: there is none.
    """
    for element in PixelElement:
        if element in dataset:
            return element
    if "PixelDataProviderURL" in dataset:
        raise Unreadable("the pixels are elsewhere: Pixel Data Provider URL (0028,7FE0) is not followed")
    raise Unreadable("there is no Pixel Data (7FE0,0010)")


def _integer(dataset: Dataset, keyword: str, default: int | None = None) -> int:
    value = value_of(dataset, keyword)
    if value is None or value == "":
        if default is None:
            raise Unreadable(f"{keyword} is missing")
        return default
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise Unreadable(f"{keyword} is not a number") from error
