"""Exact digests of a frame: stored values (SPD-1), values up to affine rewriting (AID-2), and turned (ORI-1)."""

import struct
from typing import Any, Final

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from pacs_dedup.domain.identifiers import Digest
from pacs_dedup.pixels.canonical import ColourModel, Pixels, canonical_bytes
from pacs_dedup.pixels.normal_form import NormalForm, canonical_orientation, normal_form

_STRIP: Final = 32


def stored_digest(frame: Pixels, photometric_interpretation: str) -> Digest:
    """Digest the stored values of a frame (SPD-1); equal for every lossless encoding of them.

    BLAKE3-256 over ``"SPD1" | u32 rows | u32 columns | u16 samples | u8 colour model | int32 values``, little endian,
    row-major, samples interleaved by pixel. Tags differ for 32-bit unsigned (``SPD1L``), float and double values.
    BitsStored, rescale, window and padding do not enter.
    """
    tag, values = canonical_bytes(frame)
    colour = ColourModel.of(photometric_interpretation)
    hasher = blake3(tag + struct.pack("<IIHB", frame.shape[0], frame.shape[1], _samples(frame), colour))
    hasher.update(values)
    return Digest(f"spd1:{hasher.hexdigest()}")


def value_digest(frame: Pixels) -> Digest | None:
    """Digest a frame's values up to ``a * v + b``, inversion and constant borders (AID-2); None of too little content.

    Equal for rewritten rescale, signed against unsigned, left-justified samples, MONOCHROME1 against an inverted
    MONOCHROME2.
    """
    form = normal_form(frame)
    return None if form is None else form_digest(form)


def form_digest(form: NormalForm) -> Digest:
    """Digest a normal form (AID-2): ``"AID2" | u32 rows | u32 columns | u16 samples | u8 bytes a value | values``."""
    return Digest(f"aid2:{_digest(b'AID2', form.values)}")


def orientation_digest(form: NormalForm) -> Digest:
    """Digest a normal form whichever of the eight rotations and reflections it lies in (ORI-1)."""
    digests = {_digest(b"ORI1", canonical_orientation(form.values))}
    if form.inverted is not None:
        digests.add(_digest(b"ORI1", canonical_orientation(form.inverted)))
    return Digest(f"ori1:{min(digests)}")


def _digest(tag: bytes, values: NDArray[Any]) -> str:
    hasher = blake3(tag + struct.pack("<IIHB", *values.shape[:2], _samples(values), values.dtype.itemsize))
    hasher.update(_row_major(values.astype(values.dtype.newbyteorder("<"), copy=False)).data.cast("B"))
    return hasher.hexdigest()


def _row_major(values: NDArray[Any]) -> NDArray[Any]:
    """Return values contiguous; a transposed frame is copied in strips, of which the cache holds both sides."""
    if abs(values.strides[0]) >= abs(values.strides[1]):
        return np.ascontiguousarray(values)
    copied = np.empty(values.shape, values.dtype)
    for start in range(0, values.shape[1], _STRIP):
        copied[:, start : start + _STRIP] = values[:, start : start + _STRIP]
    return copied


def _samples(frame: Pixels) -> int:
    return frame.shape[2] if frame.ndim == 3 else 1  # noqa: PLR2004 - rows, columns, samples
