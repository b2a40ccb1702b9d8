"""Ways in which a transfer re-writes an image without changing what it shows; each returns the path of a new file."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from tests.images import LOSSLESS_ENCODERS, Array, image_dataset, rle_stream, write, write_compressed

NATIVE = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian)
Rewrite = Callable[[Array, int, Path], Path]
"""(stored values, bits stored, folder) -> file."""


def described(array: Array, bits: int, **attributes: object) -> Dataset:
    return image_dataset(array, bits=bits, **attributes)


def native(syntax: str) -> Rewrite:
    def rewrite(array: Array, bits: int, folder: Path) -> Path:
        swap = syntax == ExplicitVRBigEndian and array.dtype.itemsize > 1
        dataset = described(array.byteswap() if swap else array, bits, PixelRepresentation=int(array.dtype.kind == "i"))
        return write(dataset, folder / f"{syntax}.dcm", syntax)

    return rewrite


def compressed(syntax: str) -> Rewrite:
    def rewrite(array: Array, bits: int, folder: Path) -> Path:
        stream = LOSSLESS_ENCODERS[syntax](array)
        return write_compressed(described(array, bits), folder / f"{syntax}.dcm", syntax, [stream])

    return rewrite


def wider_container(array: Array, bits: int, folder: Path) -> Path:
    return write(described(array.astype(f"{array.dtype.kind}{2 * array.dtype.itemsize}"), bits), folder / "wide.dcm")


def widest_container(array: Array, bits: int, folder: Path) -> Path:
    return write(described(array.astype(f"{array.dtype.kind}4"), bits), folder / "widest.dcm")


def garbage_above(array: Array, bits: int, folder: Path) -> Path:
    """Bits above the stored ones are filled at random, in a container of 16 bits more."""
    wide = array.astype(f"{array.dtype.kind}4").view(np.uint32) & np.uint32((1 << bits) - 1)
    noise = np.random.default_rng(7).integers(0, 1 << (32 - bits), array.shape, dtype=np.uint64).astype(np.uint32)
    dataset = described(wide | (noise << np.uint32(bits)), bits, PixelRepresentation=int(array.dtype.kind == "i"))
    return write(dataset, folder / "garbage.dcm")


def high_bit_shifted(array: Array, bits: int, folder: Path) -> Path:
    """The samples stand in the middle of their container, with garbage on both sides."""
    low = (32 - bits) // 2
    field = (array.astype(np.int64) & ((1 << bits) - 1)) << low
    noise = np.random.default_rng(8).integers(0, 1 << 32, array.shape) & ~(((1 << bits) - 1) << low)
    signed = int(array.dtype.kind == "i")
    dataset = described((field | noise).astype(np.uint32), bits, HighBit=low + bits - 1, PixelRepresentation=signed)
    return write(dataset, folder / "shifted.dcm")


def padded_at_the_end(array: Array, bits: int, folder: Path) -> Path:
    dataset = described(array, bits)
    dataset.PixelData += b"\0" * 64
    return write(dataset, folder / "padded.dcm")


def in_fragments(array: Array, bits: int, folder: Path) -> Path:
    stream = LOSSLESS_ENCODERS[JPEG2000Lossless](array)
    dataset = described(array, bits, PixelData=encapsulate([stream], fragments_per_frame=3, has_bot=False))
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    return write(dataset, folder / "fragments.dcm", JPEG2000Lossless)


def with_extended_offsets(array: Array, bits: int, folder: Path) -> Path:
    value, offsets, lengths = encapsulate_extended([rle_stream(array)])
    dataset = described(
        array, bits, PixelData=value, ExtendedOffsetTable=offsets, ExtendedOffsetTableLengths=lengths, NumberOfFrames=1
    )
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    return write(dataset, folder / "offsets.dcm", RLELossless)


SAME_SAMPLES: dict[str, Rewrite] = {
    **{f"native {syntax}": native(syntax) for syntax in NATIVE},
    **{f"compressed {syntax}": compressed(syntax) for syntax in LOSSLESS_ENCODERS},
    "a wider container": wider_container,
    "the widest container": widest_container,
    "garbage above the stored bits": garbage_above,
    "samples in the middle of their container": high_bit_shifted,
    "padding at the end": padded_at_the_end,
    "fragments without offset table": in_fragments,
    "an extended offset table": with_extended_offsets,
}
"""Stored values stay what they are: one stored digest."""


def signs_changed(array: Array, bits: int, folder: Path) -> Path:
    signed = array.astype(np.int32) - (1 << bits - 1) * (array.dtype.kind != "i")
    return write(described(signed.astype(np.int32), 32, RescaleIntercept=str(1 << bits - 1)), folder / "signed.dcm")


def rescaled(array: Array, bits: int, folder: Path) -> Path:
    return write(described(array.astype(np.int32) * 2 + 1024, 32, RescaleSlope="0.5"), folder / "rescaled.dcm")


def left_justified(array: Array, bits: int, folder: Path) -> Path:
    return write(described(array.astype(np.int32) << 16 - bits, 32), folder / "left.dcm")


def inverted(array: Array, bits: int, folder: Path) -> Path:
    values = (int(array.max()) - array.astype(np.int32)).astype(np.int32)
    return write(described(values, 32, PhotometricInterpretation="MONOCHROME1"), folder / "inverted.dcm")


def with_a_border(array: Array, bits: int, folder: Path) -> Path:
    values = np.pad(array.astype(np.int32), ((0, 9), (5, 0)), constant_values=-2000)
    return write(described(np.pad(values, 3, constant_values=7), 32), folder / "border.dcm")


SAME_PICTURE: dict[str, Rewrite] = {
    "signs changed": signs_changed,
    "values rescaled": rescaled,
    "left-justified": left_justified,
    "inverted with its tag": inverted,
    "a border in a border": with_a_border,
}
"""Stored values are rewritten, what they show is not: one value digest."""


def scratch() -> "tempfile.TemporaryDirectory[str]":
    """A folder for one example; hypothesis gives no fixture anew for each."""
    return tempfile.TemporaryDirectory(prefix="re-encodings-")
