"""Small separable filters on planes of float32."""

import math
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.pixels.grey import Plane

_TRUNCATE: Final = 4.0


def gaussian(values: Plane, sigma: float) -> Plane:
    """Smooth a plane; the border is mirrored."""
    kernel = _kernel(sigma)
    return _along_rows(_along_rows(values, kernel).T, kernel).T


def erode(mask: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """Keep what has nothing but kept neighbours in a square of ``2 radius + 1``; the outside counts as kept."""
    for _ in range(2):
        padded = np.pad(mask, ((radius, radius), (0, 0)), constant_values=True)
        mask = np.logical_and.reduce([padded[k : k + mask.shape[0]] for k in range(2 * radius + 1)]).T
    return mask


@cache
def _kernel(sigma: float) -> tuple[float, ...]:
    radius = int(_TRUNCATE * sigma + 0.5)
    weights = [math.exp(-0.5 * (k / sigma) ** 2) for k in range(-radius, radius + 1)]
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def _along_rows(values: Plane, kernel: tuple[float, ...]) -> Plane:
    """Filter columns by a symmetric kernel: the rows at equal distance are added before they are weighted."""
    radius, rows = len(kernel) // 2, values.shape[0]
    padded = mirrored(values, radius)
    out = padded[radius : radius + rows] * np.float32(kernel[radius])
    pair = np.empty_like(out)
    for k in range(radius):
        np.add(padded[k : k + rows], padded[2 * radius - k : 2 * radius - k + rows], out=pair)
        pair *= np.float32(kernel[k])
        out += pair
    return out


def mirrored(values: Plane, radius: int) -> Plane:
    """Add ``radius`` rows at either end, mirrored with the edge row repeated."""
    if radius > values.shape[0]:
        return np.pad(values, ((radius, radius), (0, 0)), mode="symmetric")
    return np.concatenate((values[:radius][::-1], values, values[values.shape[0] - radius :][::-1]))
