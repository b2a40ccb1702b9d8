"""What of a frame's values is left once rescaling, inversion and constant borders are undone; and how it lies."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.pixels.canonical import Pixels, inside_constant_border
from pacs_dedup.pixels.statistics import Histogram

MIN_DISTINCT: Final = 16
MIN_ENTROPY_BITS: Final = 2.0
_MIN_AREA: Final = 32 * 32
_CONTAINERS: Final = (np.uint8, np.uint16, np.uint32)


@dataclass(frozen=True, slots=True, eq=False)
class NormalForm:
    """One frame for all integer affine rewritings ``a * v + b`` of it, its inversion, and its constant borders.

    Attributes:
        values: (rows, columns[, samples]) from 0 without common divisor, in the narrowest unsigned integers that hold
            them; of the two polarities the one with the smaller sum.
        polarity: 1 where the chosen polarity is the frame's own, -1 where it is the inverted one, 0 where only the
            order of pixels can choose.
        inverted: the other polarity where both have one sum; else None.
    """

    values: NDArray[Any]
    polarity: int = 1
    inverted: NDArray[Any] | None = None


def normal_form(frame: Pixels, histogram: Histogram | None = None) -> NormalForm | None:
    """Bring a frame to its normal form; None where equality would mean nothing.

    That is: fewer than 16 values, less than 2 bits of entropy or less than 1,024 pixels inside the constant borders; a
    span of more than 32 bits; float values.

    Args:
        frame: stored values.
        histogram: of ``frame``, if somebody has counted already.
    """
    if frame.dtype.kind == "f":
        return None
    rows, columns = inside_constant_border(frame)
    picture = frame[rows, columns]
    if picture.shape[0] * picture.shape[1] < _MIN_AREA:
        return None
    if histogram is None or 2 * picture.size < frame.size:
        histogram = Histogram.of(picture)
    elif picture.size < frame.size:
        histogram = histogram.without(_border(frame, rows, columns))
    if histogram.distinct < MIN_DISTINCT or histogram.entropy_bits < MIN_ENTROPY_BITS:
        return None
    return _normal(picture, histogram)


def _border(frame: Pixels, rows: slice, columns: slice) -> Histogram:
    """Count the samples outside the picture."""
    sides = (frame[: rows.start], frame[rows.stop :], frame[rows, : columns.start], frame[rows, columns.stop :])
    return Histogram.of(np.concatenate([side.ravel() for side in sides]))


def common_divisor(values: NDArray[Any]) -> int:
    """Return the greatest common divisor of all values."""
    return int(np.gcd.reduce(values.ravel()))


def canonical_orientation(values: NDArray[Any]) -> NDArray[Any]:
    """Return the one of the eight rotations and reflections that comes first.

    First by more rows, then by brighter quadrants, the top left one before all; where that leaves several, by their
    samples in order. So pictures cost four sums, and only symmetric ones a comparison.
    """
    rows, columns = values.shape[0] // 2, values.shape[1] // 2
    quadrants = np.array(
        [
            [values[:rows, :columns].sum(dtype=np.uint64), values[:rows, -columns:].sum(dtype=np.uint64)],
            [values[-rows:, :columns].sum(dtype=np.uint64), values[-rows:, -columns:].sum(dtype=np.uint64)],
        ]
    )
    keyed = [
        ((view.shape[0], *corner.ravel().tolist()), view)
        for view, corner in zip(_eight(values), _eight(quadrants), strict=True)
    ]
    best = max(key for key, _ in keyed)
    first = [view for key, view in keyed if key == best]
    return first[0] if len(first) == 1 else min(first, key=lambda view: view.tobytes())


def _eight(values: NDArray[Any]) -> list[NDArray[Any]]:
    return [
        view
        for turned in (values, values.swapaxes(0, 1))
        for view in (turned, turned[::-1], turned[:, ::-1], turned[::-1, ::-1])
    ]


def _normal(picture: Pixels, histogram: Histogram) -> NormalForm | None:
    used, low = histogram.values, int(histogram.values[0])
    span = int(used[-1]) - low
    if span > np.iinfo(np.uint32).max:
        return None
    levels = used.astype(np.int64) - low
    divisor = common_divisor(levels)
    top = span // divisor
    container = next(kind for kind in _CONTAINERS if top <= np.iinfo(kind).max)
    upright = _from_zero(picture, low, divisor, np.dtype(container))
    twice = 2 * int((levels // divisor) @ histogram.counts)
    if twice < top * picture.size:
        return NormalForm(upright)
    inverted = container(top) - upright
    return NormalForm(inverted, -1) if twice > top * picture.size else _ordered(upright, inverted)


def _from_zero(picture: Pixels, low: int, divisor: int, container: np.dtype[Any]) -> NDArray[Any]:
    """Subtract and divide in unsigned arithmetic, whose overflow cancels out."""
    work = container if divisor == 1 else np.dtype(np.uint32)
    modulus = 1 << 8 * work.itemsize
    shifted: NDArray[Any] = picture.astype(work) - work.type(low % modulus)
    return shifted if divisor == 1 else (shifted // work.type(divisor)).astype(container)


def _ordered(one: NDArray[Any], other: NDArray[Any]) -> NormalForm:
    return NormalForm(one, 0, other) if one.tobytes() <= other.tobytes() else NormalForm(other, 0, one)
