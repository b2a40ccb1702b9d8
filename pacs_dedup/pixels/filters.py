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
    return _along(_along(values, kernel, 0), kernel, 1)


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


def _along(values: Plane, kernel: tuple[float, ...], axis: int) -> Plane:
    """Filter along one axis by a symmetric kernel: what lies at equal distance is added before it is weighted."""
    length, radius = values.shape[axis], len(kernel) // 2
    margin = [(0, 0), (0, 0)]
    margin[axis] = (radius, radius)
    padded = np.pad(values, margin, mode="symmetric")
    cut = [slice(None), slice(None)]
    shifted = []
    for k in range(len(kernel)):
        cut[axis] = slice(k, k + length)
        shifted.append(padded[tuple(cut)])
    return _weighted(shifted, kernel)


def _weighted(shifted: list[Plane], kernel: tuple[float, ...]) -> Plane:
    radius = len(kernel) // 2
    out: Plane = shifted[radius] * np.float32(kernel[radius])
    pair = np.empty_like(out)
    for k in range(radius):
        np.add(shifted[k], shifted[-1 - k], out=pair)
        pair *= np.float32(kernel[k])
        out += pair
    return out
