"""Exact digests of a frame: SPD-1 over its stored values, AID-1 over its values up to affine rewriting."""

import struct
from typing import Final

import numpy as np
from blake3 import blake3

from pacs_dedup.domain.identifiers import Digest
from pacs_dedup.pixels.canonical import (
    ColourModel,
    Pixels,
    affine_invariant,
    canonical_bytes,
    trim_constant_border,
)
from pacs_dedup.pixels.statistics import MIN_DISTINCT, MIN_ENTROPY_BITS, Histogram

_MIN_AREA: Final = 32 * 32
_MAX_SPAN: Final = 1 << 32


def stored_digest(frame: Pixels, photometric_interpretation: str) -> Digest:
    """Digest the stored values of a frame (SPD-1); equal for every lossless encoding of them.

    BLAKE3-256 over ``"SPD1" | u32 rows | u32 columns | u16 samples | u8 colour model | int32 values``, little endian,
    row-major, samples interleaved by pixel. Tags differ for 32-bit unsigned (``SPD1L``), float and double values.
    BitsStored, rescale, window and padding do not enter.
    """
    tag, values = canonical_bytes(frame)
    hasher = blake3(tag + _shape(frame, ColourModel.of(photometric_interpretation)))
    hasher.update(values)
    return Digest(f"spd1:{hasher.hexdigest()}")


def value_digest(frame: Pixels) -> Digest | None:
    """Digest a frame's values up to ``a * v + b``, inversion and a constant border (AID-1).

    Equal for rewritten rescale, signed against unsigned, left-justified samples, MONOCHROME1 against an inverted
    MONOCHROME2. None where so little content is left that equality would mean nothing, and for float values.
    """
    if frame.dtype.kind == "f":
        return None
    trimmed = trim_constant_border(frame)
    if trimmed.shape[0] * trimmed.shape[1] < _MIN_AREA or int(trimmed.max()) - int(trimmed.min()) >= _MAX_SPAN:
        return None
    values = affine_invariant(trimmed)
    histogram = Histogram.of(values)
    if histogram.distinct < MIN_DISTINCT or histogram.entropy_bits < MIN_ENTROPY_BITS:
        return None
    hasher = blake3(b"AID1" + struct.pack("<IIH", trimmed.shape[0], trimmed.shape[1], _samples(trimmed)))
    hasher.update(np.ascontiguousarray(values, "<u4").tobytes())
    return Digest(f"aid1:{hasher.hexdigest()}")


def _shape(frame: Pixels, colour: ColourModel) -> bytes:
    return struct.pack("<IIHB", frame.shape[0], frame.shape[1], _samples(frame), colour)


def _samples(frame: Pixels) -> int:
    return frame.shape[2] if frame.ndim == 3 else 1  # noqa: PLR2004 - rows, columns, samples
