"""Fit one image's intensities onto another's by a monotone curve, rising or falling."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.pixels.grey import Plane

_BINS: Final = 256


@dataclass(frozen=True, slots=True, eq=False)
class MonotoneFit:
    """The better one of a rising and a falling fit.

    Attributes:
        fitted: the first image, mapped to the second one's intensities.
        low, high: the ends of the curve; what lies there is saturated and says nothing.
        inverted: the falling curve fits better.
    """

    fitted: Plane
    low: float
    high: float
    inverted: bool


def fit_monotone(source: Plane, target: Plane) -> MonotoneFit:
    """Map ``source`` onto ``target``, of the same shape, by medians over 256 quantile bins made monotone.

    Medians, so that burnt-in text, which is a minority at every grey level, does not bend the curve.
    """
    x, y = source.ravel(), target.ravel()
    edges = np.unique(np.quantile(x, np.linspace(0, 1, _BINS + 1)))
    bins = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, max(edges.size - 2, 0))
    counts = np.bincount(bins)
    used = counts > 0
    weights = counts[used].astype(np.float64)
    means_x = np.bincount(bins, weights=x)[used] / weights
    medians = _medians(bins, y, counts[used])
    rising = _isotonic(medians, weights)
    falling = -_isotonic(-medians, weights)
    inverted = _error(falling, medians, weights) < _error(rising, medians, weights)
    curve = falling if inverted else rising
    fitted = np.interp(source, means_x, curve).astype(np.float32)
    return MonotoneFit(fitted, float(curve.min()), float(curve.max()), bool(inverted))


def _medians(bins: NDArray[Any], values: NDArray[Any], counts: NDArray[Any]) -> NDArray[np.float64]:
    """Return the median of the values of each used bin."""
    ordered = values[np.lexsort((values, bins))].astype(np.float64)
    starts = np.cumsum(counts) - counts
    median: NDArray[np.float64] = (ordered[starts + (counts - 1) // 2] + ordered[starts + counts // 2]) / 2
    return median


def _error(curve: NDArray[Any], medians: NDArray[Any], weights: NDArray[Any]) -> float:
    return float((weights * (curve - medians) ** 2).sum())


def _isotonic(values: NDArray[Any], weights: NDArray[Any]) -> NDArray[np.float64]:
    """Return the nearest rising sequence in weighted least squares, by pooling adjacent violators."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, mass, size = value, weight, 1
        while pools and pools[-1][0] > mean:
            before, before_mass, before_size = pools.pop()
            mean = (before * before_mass + mean * mass) / (before_mass + mass)
            mass, size = before_mass + mass, before_size + size
        pools.append((mean, mass, size))
    return np.repeat([mean for mean, _, _ in pools], [size for _, _, size in pools])
