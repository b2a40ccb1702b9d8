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
    radius = len(kernel) // 2
    padded = np.pad(values, ((radius, radius), (0, 0)), mode="symmetric")
    out = np.zeros_like(values)
    for k, weight in enumerate(kernel):
        out += np.float32(weight) * padded[k : k + values.shape[0]]
    return out
