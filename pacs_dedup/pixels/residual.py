"""RSH-1: a sketch of a frame's noise, which a copy shares with its original and a repeat acquisition does not."""

from functools import cache
from typing import Any, Final

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray
from PIL import Image

from pacs_dedup.pixels.filters import gaussian
from pacs_dedup.pixels.grey import GreyFrame, Plane

_GRID: Final = 64
_BITS: Final = 512
_TAILS: Final = (0.5, 99.5)
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
    low, high = np.percentile(frame.values, _TAILS)
    if not high > low:
        return None
    unit = ((np.clip(frame.values, low, high) - low) / (high - low)).astype(np.float32)
    grid = _resize(unit)
    residual = gaussian(grid, _FINE) - gaussian(grid, _COARSE)
    loud = np.abs(residual)[np.abs(residual) > _SILENCE]
    if loud.size < _MIN_LIVE:
        return None
    limit = _WINSOR * float(np.median(loud))
    flat = np.clip(residual, -limit, limit).ravel()
    # einsum and not matmul: a threaded BLAS takes ten times as long for this little where the cores are busy
    signs = np.einsum("ij,j->i", _projections(), flat - flat.mean()) > 0
    return np.packbits(signs).tobytes()


def _resize(unit: Plane) -> Plane:
    side = min(unit.shape)
    method = Image.Resampling.BICUBIC
    if side >= 2 * _GRID:
        method = Image.Resampling.BOX
    elif side > _GRID:
        method = Image.Resampling.LANCZOS
    return np.asarray(Image.fromarray(unit).resize((_GRID, _GRID), method), np.float32)


@cache
def _projections() -> NDArray[Any]:
    """Return the 512 x 4096 matrix of +-1, for ever the same: drawn from BLAKE3's output stream, not from a library."""
    count = _BITS * _GRID * _GRID
    bits = np.unpackbits(np.frombuffer(blake3(b"RSH1").digest(length=count // 8), np.uint8))
    return (bits.reshape(_BITS, _GRID * _GRID).astype(np.float32) * 2 - 1).astype(np.float32)
