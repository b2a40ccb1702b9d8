"""Fit one image's intensities onto another's by a monotone curve, rising or falling."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.pixels.grey import Plane, sampled

_BINS: Final = 256
_SAMPLES: Final = 170
_LEVELS: Final = 1 << 12
_LEAST_GROUP: Final = 16
_TABLE: Final = 1 << 16
_TINY: Final = 1e-30


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


def fit_monotone(source: Plane, target: Plane, apart: NDArray[np.bool_] | None = None) -> MonotoneFit:
    """Map ``source`` onto ``target``, of the same shape, by medians over 256 quantile bins made monotone.

    Medians, so that burnt-in text, which is a minority at every grey level, does not bend the curve. The curve is
    learnt from some 30,000 evenly spaced pixels.

    Args:
        source: what is mapped.
        target: what it is mapped to.
        apart: pixels that the curve is not learnt from, unless there are hardly any others.
    """
    x, y = sampled(source, _SAMPLES), sampled(target, _SAMPLES)
    if apart is not None and np.count_nonzero(use := ~sampled(apart, _SAMPLES)) >= _BINS:
        x, y = x[use], y[use]
    levels, medians, weights = _bins(x.ravel(), y.ravel())
    rising = _isotonic(medians, weights)
    falling = -_isotonic(-medians, weights)
    inverted = _error(falling, medians, weights) < _error(rising, medians, weights)
    curve = falling if inverted else rising
    return MonotoneFit(_mapped(source, levels, curve), float(curve.min()), float(curve.max()), bool(inverted))


def _bins(x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the mean of x, the median of y and the number of pixels of groups of equal size; equal x are one group."""
    order = np.argsort(x)
    order = order[_thinned(x[order])]
    groups = max(1, min(_BINS, order.size // _LEAST_GROUP))
    size = order.size // groups
    kept = order[np.linspace(0, order.size - 1, groups * size).round().astype(np.intp)].reshape(groups, size)
    means = x[kept].mean(axis=1, dtype=np.float64)
    medians = np.median(y[kept], axis=1).astype(np.float64)
    levels, group = np.unique(means, return_inverse=True)
    weights = np.bincount(group).astype(np.float64)
    return levels, np.bincount(group, weights=medians) / weights, weights


def _thinned(ascending: NDArray[Any]) -> NDArray[np.bool_]:
    """Choose samples so that no level has more than a 256th of all: a background would take most groups for itself.

    A level is a 4096th of the range, for resampling spreads a background a little.
    """
    most = max(1, ascending.size // _BINS)
    width = max(float(ascending[-1] - ascending[0]) / _LEVELS, _TINY)
    level = ((ascending - ascending[0]) / width).astype(np.intp)
    starts = np.flatnonzero(np.concatenate(([True], level[1:] != level[:-1])))
    counts = np.diff(starts, append=level.size)
    rank = np.arange(level.size) - np.repeat(starts, counts)
    whole = np.repeat(np.maximum(counts, most), counts)
    kept: NDArray[np.bool_] = rank * most // whole != (rank - 1) * most // whole
    return kept


def _mapped(source: Plane, levels: NDArray[Any], curve: NDArray[Any]) -> Plane:
    """Look every pixel up in a table of the curve: exact for whole numbers of 16 bits, close for others."""
    low, high = float(source.min()), float(source.max())
    scale = (
        1.0
        if high - low < _TABLE and np.array_equal(source, np.rint(source))
        else (_TABLE - 1) / max(high - low, _TINY)
    )
    entries = round((high - low) * scale) + 1
    table = np.interp(low + np.arange(entries) / scale, levels, curve).astype(np.float32)
    mapped: Plane = table[((source - np.float32(low)) * np.float32(scale)).astype(np.intp).clip(0, entries - 1)]
    return mapped


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
