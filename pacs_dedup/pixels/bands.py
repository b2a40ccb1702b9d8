"""Split a plane into three bands: noise (up to one pixel), texture (one to two and a half), and the smooth rest."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pacs_dedup.pixels.filters import gaussian
from pacs_dedup.pixels.grey import Plane

_FINE: Final = 1.0
_COARSE: Final = 1.04
"""In pixels of the halved plane; with halving and doubling, 2.5 pixels of the whole one."""


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Three planes that add up to the one they were split from.

    Attributes:
        fine: what a Gaussian of 1 pixel takes away.
        middle: what a Gaussian of 2.5 pixels takes away beyond that.
        smooth: the rest.
    """

    fine: Plane
    middle: Plane
    smooth: Plane


def split(values: Plane) -> Bands:
    """Split a plane into its bands; the coarse Gaussian is taken at half the size, for a third of the cost."""
    blurred = gaussian(values, _FINE)
    smooth = _doubled(gaussian(_halved(blurred), _COARSE), values.shape)
    return Bands(values - blurred, blurred - smooth, smooth)


def _halved(values: Plane) -> Plane:
    """Average 2 x 2 pixels; an odd last row or column counts twice."""
    rows, columns = values.shape
    even = np.pad(values, ((0, rows % 2), (0, columns % 2)), mode="edge") if rows % 2 or columns % 2 else values
    pairs = even[0::2] + even[1::2]
    return (pairs[:, 0::2] + pairs[:, 1::2]) * np.float32(0.25)


def _doubled(values: Plane, shape: tuple[int, ...]) -> Plane:
    """Undo `_halved` by linear interpolation."""
    rows, columns = shape
    tall = _doubled_rows(values)[:rows]
    return np.ascontiguousarray(_doubled_rows(np.ascontiguousarray(tall.T))[:columns].T)


def _doubled_rows(values: Plane) -> Plane:
    near, far = values * np.float32(0.75), values * np.float32(0.25)
    out = np.empty((2 * values.shape[0], values.shape[1]), np.float32)
    out[0::2] = near
    out[1::2] = near
    out[2::2] += far[:-1]
    out[1:-1:2] += far[1:]
    out[0] += far[0]
    out[-1] += far[-1]
    return out
