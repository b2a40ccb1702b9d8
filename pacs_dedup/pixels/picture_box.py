"""Where in a frame the picture is: what remains when borders, padding and the margins of a screen are taken off."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.pixels.grey import Plane, sampled

Box = tuple[slice, slice]
"""Rows and columns of a frame."""

_TAILS: Final = (0.5, 99.5)
_SAMPLES: Final = 128
_STRIPES: Final = 64
_STRAY: Final = 0.04
"""Share of a line's samples that may stand out from it: marks and letters in a margin."""
_PLAIN: Final = 0.02
_MIN_SIDE: Final = 32


def robust_range(values: Plane) -> tuple[float, float]:
    """Return the 0.5th and 99.5th percentile of a plane, from at most 256 x 256 evenly spaced samples."""
    low, high = np.percentile(sampled(values, _SAMPLES), _TAILS)
    return float(low), float(high)


def picture_box(values: Plane) -> Box | None:
    """Return the largest box without plain margins: rows and columns of which 2 % of the range holds nearly all.

    JPEG leaves noise in a border and a capture has text in its margin, so a plain line is not asked to be constant, and
    tool bars that a plain gap sets apart are left out.

    Returns:
        The box, or None where it is the whole frame, or too small to be a picture.
    """
    low, high = robust_range(values)
    if not high > low:
        return None
    plain = np.float32(_PLAIN * (high - low))
    rows = _extent(_columns(values).T, plain)
    columns = _extent(_columns(values[rows].T).T, plain)
    if columns.stop - columns.start < values.shape[1]:  # else the rows were judged by these very samples already
        rows = _narrowed(rows, _extent(_columns(values[rows, columns]).T, plain))
    kept = rows.stop - rows.start, columns.stop - columns.start
    return None if kept == values.shape or min(kept) < _MIN_SIDE else (rows, columns)


def _columns(values: Plane) -> Plane:
    """Return 64 to 127 evenly spaced columns, or all where there are fewer."""
    return values[:, :: max(1, values.shape[1] // _STRIPES)]


def _extent(samples: NDArray[np.float32], plain: np.float32) -> slice:
    """Return the longest run of lines (columns of ``samples``) that are not plain; empty where all are."""
    if not samples.size:
        return slice(0, 0)
    samples = np.ascontiguousarray(samples)
    few = _STRAY * samples.shape[0]
    above = np.count_nonzero(samples > samples.min(axis=0) + plain, axis=0)
    below = np.count_nonzero(samples < samples.max(axis=0) - plain, axis=0)
    busy = np.concatenate(([False], np.minimum(above, below) > few, [False]))
    turns = np.flatnonzero(busy[1:] != busy[:-1])
    starts, stops = turns[0::2], turns[1::2]
    if not starts.size:
        return slice(0, 0)
    longest = int(np.argmax(stops - starts))
    return slice(int(starts[longest]), int(stops[longest]))


def _narrowed(outer: slice, inner: slice) -> slice:
    return slice(outer.start + inner.start, outer.start + inner.stop)
