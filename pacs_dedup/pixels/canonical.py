"""The canonical form of a frame: what its digests are taken over (SPD-1, AID-1; docs/decisions/0011)."""

from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[Any]
"""(rows, columns) or (rows, columns, samples); int32, int64, float32 or float64."""

_MAX_STEP: Final = 64


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


def inside_constant_border(frame: Pixels) -> tuple[slice, slice]:
    """Return the rows and columns that are left when, from outside in, every line that holds one value is cut off.

    A line that is constant stays so when its ends are cut off, so the order of cutting does not matter: a frame and the
    same frame inside any constant borders, turned or not, are cut to the same picture. Of a constant frame nothing is
    left.
    """
    top, bottom, left, right = 0, frame.shape[0], 0, frame.shape[1]
    while True:
        before = (top, bottom, left, right)
        top += _constant_lines(frame[top:bottom, left:right])
        bottom -= _constant_lines(frame[top:bottom, left:right][::-1])
        left += _constant_lines(frame[top:bottom, left:right].swapaxes(0, 1))
        right -= _constant_lines(frame[top:bottom, left:right].swapaxes(0, 1)[::-1])
        if before == (top, bottom, left, right) or top == bottom or left == right:
            return slice(top, bottom), slice(left, right)


def _constant_lines(lines: Pixels) -> int:
    """Count the leading lines that each hold one value; one is looked at first, for most pictures have none."""
    done, step = 0, 1
    while done < lines.shape[0]:
        block = lines[done : done + step]
        differs = np.flatnonzero((block != block[:, :1]).any(axis=tuple(range(1, block.ndim))))
        if differs.size:
            return done + int(differs[0])
        done, step = done + block.shape[0], min(2 * step, _MAX_STEP)
    return done


def _raw(values: Pixels) -> memoryview:
    return np.ascontiguousarray(values).data.cast("B")
