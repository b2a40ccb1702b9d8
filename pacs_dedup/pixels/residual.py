"""RSH-2: a sketch of a frame's noise, which a copy shares with its original and a repeat acquisition does not."""

from functools import cache
from typing import Final

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray
from PIL import Image

from pacs_dedup.pixels.filters import gaussian
from pacs_dedup.pixels.grey import GreyFrame, Plane, area_average
from pacs_dedup.pixels.picture_box import picture_box, robust_range

_GRID: Final = 64
_BITS: Final = 512
_FINE, _COARSE = 0.6, 1.8
_WINSOR: Final = 1.5
_SILENCE: Final = 1e-6
_MIN_LIVE: Final = 256
"""Grid cells that must carry a residual; fewer make a sketch of almost nothing."""


def residual_sketch(frame: GreyFrame) -> bytes | None:
    """Return 512 signs of random projections of the band-passed residual on a 64 x 64 grid; None where there is none.

    Sketches of one residual agree in most bits; their share of differing bits d estimates its correlation as cos(pi d).
    An inverted copy differs in all of them.
    """
    return _sketch(frame.values)


def trimmed_sketch(frame: GreyFrame) -> bytes | None:
    """Return the sketch of the box that holds the picture; None where that is the whole frame.

    A frame with a border, and a screen capture with black margins, meet their original here.
    """
    box = picture_box(frame.values)
    return None if box is None else _sketch(frame.values[box])


def _sketch(values: Plane) -> bytes | None:
    low, high = robust_range(values)
    if not high > low:
        return None
    grid = (_resize(np.clip(values, low, high)) - np.float32(low)) * np.float32(1 / (high - low))
    residual = gaussian(grid, _FINE) - gaussian(grid, _COARSE)
    size = np.abs(residual)
    loud = size[size > _SILENCE]
    if loud.size < _MIN_LIVE:
        return None
    limit = _WINSOR * np.median(loud)
    flat = np.clip(residual, -limit, limit).ravel()
    return np.packbits(_project(flat - flat.mean(dtype=np.float64).astype(np.float32)) > 0).tobytes()


def _resize(values: Plane) -> Plane:
    side = min(values.shape)
    if side == _GRID or side >= 2 * _GRID:
        return area_average(values, _GRID)
    method = Image.Resampling.LANCZOS if side > _GRID else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(values).resize((_GRID, _GRID), method), np.float32)


def _project(residual: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 512 projections on orthogonal vectors of +-1: rows of a Hadamard matrix whose columns have random signs.

    The fast transform takes 12 rounds of additions in a fixed order, so that every machine finds the same signs.
    """
    signs, rows = _draw()
    values = residual * signs
    for _ in range(values.size.bit_length() - 1):
        even, odd = values[0::2], values[1::2]
        values = np.concatenate((even + odd, even - odd))
    return values[rows]


@cache
def _draw() -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return the signs of the columns and the rows that are kept: for ever the same, as BLAKE3 draws them."""
    size = _GRID * _GRID
    drawn = np.frombuffer(blake3(b"RSH2").digest(length=size * 9), np.uint8)
    signs = (drawn[:size] & 1).astype(np.float32) * 2 - 1
    order = np.argsort(drawn[size:].view("<u8"), kind="stable")
    return signs, order[:_BITS]
