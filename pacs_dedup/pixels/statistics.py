"""How often each value occurs in a frame: counted once, and asked by everything that needs it."""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.pixels.canonical import Pixels

_MAX_BINS: Final = 1 << 17
_BLOCK: Final = 1 << 16
"""Samples that are widened at a time: they stay in the cache, and a film takes no copy of eight bytes a sample."""


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Distribution of a frame's samples.

    Attributes:
        values: the values that occur, ascending.
        counts: how often each of them does, int64.
    """

    values: NDArray[Any]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, frame: Pixels) -> Self:
        """Count the samples of a frame; a float frame's NaNs count as one value."""
        flat = frame.ravel()
        if flat.size and flat.dtype.kind != "f":
            low, high = int(flat.min()), int(flat.max())
            if high - low < _MAX_BINS:
                counts = _counted(flat, low, high - low + 1)
                used = np.flatnonzero(counts)
                return cls(used + low, counts[used])
        return cls(*np.unique(flat, return_counts=True))

    def without(self, part: "Histogram") -> "Histogram":
        """Take the samples of a part out again."""
        counts = self.counts.copy()
        counts[np.searchsorted(self.values, part.values)] -= part.counts
        used = counts > 0
        return Histogram(self.values[used], counts[used])

    @property
    def distinct(self) -> int:
        """Number of different values."""
        return int(self.values.size)

    @property
    def entropy_bits(self) -> float:
        """Shannon entropy of one sample; 0 of nothing."""
        shares = self.counts / max(1, int(self.counts.sum()))
        return float(-(shares * np.log2(shares)).sum()) + 0.0

    @property
    def modal_share(self) -> float:
        """Share of the most frequent value, 0..1; 1 of nothing."""
        return float(self.counts.max() / self.counts.sum()) if self.counts.size else 1.0


def _counted(flat: Pixels, low: int, bins: int) -> NDArray[np.int64]:
    counts = np.zeros(bins, np.int64)
    step = max(_BLOCK, 2 * bins)
    for start in range(0, flat.size, step):
        counts += np.bincount(np.subtract(flat[start : start + step], low, dtype=np.intp), minlength=bins)
    return counts
