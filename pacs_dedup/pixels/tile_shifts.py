"""How far tiles of two planes are shifted against each other, to a fraction of a pixel, and what scaling that makes."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.pixels.grey import Plane

_TILES: Final = 4
_REACH: Final = 6
"""Pixels that a tile is searched in either direction; a tenth of a 64-pixel tile."""
_LEAST_PEAK: Final = 0.3
_LEAST_TILES: Final = 5
_LEAST_TILE: Final = 16
_MOST_STRAY: Final = 1.0


@dataclass(frozen=True, slots=True)
class Axis:
    """A straight line: position = scale * other + offset, in pixels, edge to edge."""

    scale: float
    offset: float

    def at(self, other: float) -> float:
        """Return the position of ``other``."""
        return self.scale * other + self.offset


def best_shift(a: Plane, b: Plane) -> tuple[float, float]:
    """Return the whole-pixel shift (rows, columns) at which ``b`` lies best on ``a``; inverted copies count too."""
    correlation, shape = _correlate(a, b), (a.shape[0] + b.shape[0], a.shape[1] + b.shape[1])
    peak = np.unravel_index(int(np.argmax(np.abs(correlation))), correlation.shape)
    down, across = (int(p) if p < n - m else int(p) - n for p, n, m in zip(peak, shape, b.shape, strict=True))
    return float(down), float(across)


def refined_axes(a: Plane, b: Plane) -> tuple[Axis, Axis] | None:
    """Return what has to be done to ``b`` so that it lies on ``a``, for rows and columns.

    Args:
        a: one plane.
        b: another of the same shape, misplaced by a few pixels.

    Returns:
        Scale and offset in pixels of the planes; None where too few tiles show the same.
    """
    height, width = a.shape[0] // _TILES, a.shape[1] // _TILES
    if min(height, width) < _LEAST_TILE:
        return None
    found = []
    for row in range(_TILES):
        for column in range(_TILES):
            cut = (slice(row * height, (row + 1) * height), slice(column * width, (column + 1) * width))
            shift = _tile_shift(a[cut], b[cut])
            if shift is not None:
                found.append(((row + 0.5) * height, (column + 0.5) * width, *shift))
    if len(found) < _LEAST_TILES:
        return None
    y, x, down, across = np.array(found).T
    return _line(y, down), _line(x, across)


def _line(where: NDArray[np.float64], shift: NDArray[np.float64]) -> Axis:
    """Fit shift = slope * where + offset, after dropping tiles that stray from the median by more than a pixel."""
    kept = np.abs(shift - np.median(shift)) <= _MOST_STRAY + np.abs(shift).max() / 2
    if np.ptp(where[kept]) == 0:
        return Axis(1.0, float(np.median(shift)))
    slope, offset = np.polyfit(where[kept], shift[kept], 1)
    return Axis(1.0 + float(slope), float(offset))


def _tile_shift(a: Plane, b: Plane) -> tuple[float, float] | None:
    """Return how far ``b`` must move to lie on ``a``; None where the two have no clear peak."""
    energy = float(np.sqrt((a * a).sum() * (b * b).sum()))
    if energy <= 0:
        return None
    near = np.abs(np.roll(_correlate(a, b), (_REACH, _REACH), (0, 1))[: 2 * _REACH + 1, : 2 * _REACH + 1]) / energy
    row, column = (int(k) for k in np.unravel_index(int(np.argmax(near)), near.shape))
    if near[row, column] < _LEAST_PEAK or not (0 < row < 2 * _REACH and 0 < column < 2 * _REACH):
        return None
    down = row - _REACH + _vertex(near[row - 1 : row + 2, column])
    across = column - _REACH + _vertex(near[row, column - 1 : column + 2])
    return down, across


def _vertex(three: NDArray[Any]) -> float:
    """Return where the parabola through three neighbouring values, the middle one the highest, has its vertex."""
    before, here, after = (float(value) for value in three)
    bend = before - 2 * here + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0


def _correlate(a: Plane, b: Plane) -> Plane:
    """Return the cross-correlation of two planes for every shift of ``b``; negative shifts count from the end."""
    shape = (a.shape[0] + b.shape[0], a.shape[1] + b.shape[1])
    product = np.fft.rfft2(a - a.mean(), shape) * np.conj(np.fft.rfft2(b - b.mean(), shape))
    correlation: Plane = np.fft.irfft2(product, shape).astype(np.float32)
    return correlation
