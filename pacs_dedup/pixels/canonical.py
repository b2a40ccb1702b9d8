"""The canonical form of a frame: what its digests are taken over (SPD-1, AID-1; docs/decisions/0011)."""

from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[Any]
"""(rows, columns) or (rows, columns, samples); int32, int64, float32 or float64."""

_GCD_SAMPLE: Final = 4096


class ColourModel(IntEnum):
    """What the samples of a pixel are. MONOCHROME1 and MONOCHROME2 differ in presentation, not in their samples."""

    MONOCHROME = 0
    RGB = 1
    YBR = 2
    PALETTE = 3
    OTHER = 4

    @classmethod
    def of(cls, photometric_interpretation: str) -> "ColourModel":
        """Map a PhotometricInterpretation (0028,0004) after decoding."""
        match photometric_interpretation:
            case "MONOCHROME1" | "MONOCHROME2":
                return cls.MONOCHROME
            case "RGB" | "YBR_RCT" | "YBR_ICT":
                return cls.RGB
            case "YBR_FULL" | "YBR_FULL_422":
                return cls.YBR
            case "PALETTE COLOR":
                return cls.PALETTE
            case _:
                return cls.OTHER


def canonical_bytes(frame: Pixels) -> tuple[bytes, memoryview]:
    """Return the tag and the little-endian, row-major, pixel-interleaved samples of a frame.

    Every NaN is one NaN, and -0 is 0.
    """
    if frame.dtype.kind == "f":
        values = np.where(np.isnan(frame), np.nan, frame + 0.0).astype(f"<f{frame.dtype.itemsize}")
        return (b"SPDF" if frame.dtype.itemsize == 4 else b"SPDD"), _raw(values)  # noqa: PLR2004 - float32
    if frame.dtype == np.int64:
        return b"SPD1L", _raw(frame.astype("<i8", copy=False))
    return b"SPD1", _raw(frame.astype("<i4", copy=False))


def trim_constant_border(frame: Pixels) -> Pixels:
    """Cut off the rows and columns at each side that hold nothing but the top-left value; all of a constant frame."""
    differs = frame != frame[0, 0]
    if frame.ndim == 3:  # noqa: PLR2004 - rows, columns, samples
        differs = differs.any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        return frame[:0, :0]
    return frame[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def affine_invariant(frame: Pixels) -> NDArray[np.uint32]:
    """Map all integer affine rewritings ``a * v + b`` of a frame, and its inversion, to one frame.

    The values start at 0, have no common divisor, and their sum is the smaller one of the two polarities.
    """
    shifted = (frame.astype(np.int64) - int(frame.min())).astype(np.uint32)
    divisor = common_divisor(shifted)
    if divisor > 1:
        shifted //= np.uint32(divisor)
    top = int(shifted.max())
    twice = 2 * int(shifted.sum(dtype=np.uint64))
    if twice < top * shifted.size:
        return shifted
    inverted = np.uint32(top) - shifted
    if twice > top * shifted.size or inverted.tobytes() < shifted.tobytes():
        return inverted
    return shifted


def common_divisor(values: NDArray[np.uint32]) -> int:
    """Return the greatest common divisor of all values; a sample settles it for most images."""
    flat = values.ravel()
    sample = int(np.gcd.reduce(flat[:: max(1, flat.size // _GCD_SAMPLE)]))
    return sample if sample == 1 else int(np.gcd.reduce(flat, initial=sample))


def _raw(values: Pixels) -> memoryview:
    return np.ascontiguousarray(values).data.cast("B")
