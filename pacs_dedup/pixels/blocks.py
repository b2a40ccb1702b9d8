"""Blocks of 8 x 8 pixels in which one image holds what the other has not: burnt-in text, marks, painted areas."""

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.pixels.filters import erode
from pacs_dedup.pixels.grey import Plane

_BLOCK: Final = 8
_AGREES: Final = 0.3
_CONTRAST: Final = 0.1
"""A block whose contrast is below this share of the image's carries noise alone and can not disagree."""

Mask = NDArray[np.bool_]
_Number = TypeVar("_Number", bound=np.generic)


def strange(fitted: Plane, target: Plane) -> Mask:
    """Tell which blocks have contrast of their own and do not correlate: burnt-in text, marks, an annotation."""
    middle = np.float32(target.mean())
    a, b = fitted - middle, target - middle
    mean_a, mean_b = _mean(a), _mean(b)
    energy_a, energy_b = _mean(a * a) - mean_a * mean_a, _mean(b * b) - mean_b * mean_b
    spread_of_all = _CONTRAST * float(np.std(target))
    busy: Mask = np.maximum(energy_a, energy_b) > spread_of_all * spread_of_all
    both = np.maximum(energy_a, 0) * np.maximum(energy_b, 0)
    apart: Mask = _mean(a * b) - mean_a * mean_b < _AGREES * np.sqrt(both)
    return busy & apart


def painted(first: Plane, second: Plane) -> Mask:
    """Tell which blocks are constant in one image alone: padding, a circle, what a window saturates."""
    return is_constant(first) ^ is_constant(second)


def is_constant(values: Plane) -> Mask:
    """Tell which blocks hold one value alone."""
    constant: Mask = over_blocks(np.maximum, values) == over_blocks(np.minimum, values)
    return constant


def mean_difference(first: Plane, second: Plane) -> Plane:
    """Return how far the means of two images lie apart in every block."""
    return np.abs(_mean(first - second))


def spread(blocks: Mask, shape: tuple[int, ...], margin: int = 1) -> Mask:
    """Return a mask of pixels from a mask of blocks, ``margin`` blocks all round included: residuals reach that far."""
    grown = ~erode(~blocks, margin)
    mask = np.zeros(shape, np.bool_)
    pixels = np.repeat(np.repeat(grown, _BLOCK, axis=0), _BLOCK, axis=1)
    mask[: pixels.shape[0], : pixels.shape[1]] = pixels
    return mask


def over_blocks(combine: np.ufunc, values: NDArray[_Number], side: int = _BLOCK) -> NDArray[_Number]:
    """Reduce every whole block of ``side`` x ``side`` to one value: rows first, which lie together in memory."""
    rows, columns = values.shape[0] // side, values.shape[1] // side
    cut = values[: rows * side, : columns * side]
    strips = combine.reduce(cut.reshape(rows, side, columns * side), axis=1)
    reduced: NDArray[_Number] = combine.reduce(strips.reshape(rows, columns, side), axis=2)
    return reduced


def _mean(values: Plane) -> Plane:
    """Return the mean of every block."""
    return over_blocks(np.add, values) * np.float32(1 / (_BLOCK * _BLOCK))
