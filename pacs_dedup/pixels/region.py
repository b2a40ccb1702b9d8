"""Find which part of one frame another one shows: a crop, a border, a scaled picture inside a captured screen.

A coarse place comes from the boxes that hold the pictures, else from a cross-correlation over a ladder of scales; the
shifts of a grid of tiles then refine it to a fraction of a pixel, because noise is compared next. Neither rotations nor
reflections are looked for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from pacs_dedup.pixels.common_grid import Rectangle, resampled
from pacs_dedup.pixels.filters import gaussian
from pacs_dedup.pixels.grey import Plane
from pacs_dedup.pixels.picture_box import picture_box
from pacs_dedup.pixels.tile_shifts import Axis, best_shift, refined_axes

_GRID: Final = 256
_COARSE_GRID: Final = 128
_GLANCE: Final = 96
_MAX_SIDE: Final = 512
_ASPECT: Final = 0.06
_SCALES: Final = tuple(1.05**step for step in range(-14, 15))
_STEPS_KEPT: Final = 3
_ALIKE: Final = 0.6
_LEAST_OVERLAP: Final = 0.3
_LEAST_SIDE: Final = 40
_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """What two frames both show, on one grid.

    Attributes:
        first, second: the part of each frame, resampled to one shape.
        region: where the part lies in the frame that shows more, as (top, left, height, width) in shares of it.
    """

    first: Plane
    second: Plane
    region: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the second frame's pixels lie in the first: first = scale * second + offset, edge to edge, per axis."""

    rows: Axis
    columns: Axis


def find_overlap(first: Plane, second: Plane) -> Overlap | None:
    """Return the overlap of two frames, of which one shows a part of the other; None where none is found."""
    likeness, place = _best(first, second, _places(first, second))
    if likeness < _ALIKE:
        likeness, place = _best(first, second, _by_ladder(first, second))
    if likeness < _ALIKE:
        return None
    for _ in range(_ROUNDS):
        place = _refined(first, second, place)
    rectangles = _rectangles(first, second, place)
    if rectangles is None:
        return None
    a, b = _on_one_grid(first, second, rectangles, _MAX_SIDE)
    return Overlap(a, b, _region(first, second, rectangles))


def _places(first: Plane, second: Plane) -> Iterator[Placement]:
    """Yield where the boxes that hold the two pictures lie on each other, and the best shift at one scale."""
    whole = [(slice(0, plane.shape[0]), slice(0, plane.shape[1])) for plane in (first, second)]
    boxes = [[w, *filter(None, (picture_box(p),))] for w, p in zip(whole, (first, second), strict=True)]
    for a in boxes[0]:
        for b in boxes[1]:
            place = Placement(_onto(a[0], b[0]), _onto(a[1], b[1]))
            if abs(np.log(place.rows.scale / place.columns.scale)) <= _ASPECT:
                yield place
    yield _shifted(first, second, 1.0)


def _onto(a: slice, b: slice) -> Axis:
    scale = (a.stop - a.start) / (b.stop - b.start)
    return Axis(scale, a.start - scale * b.start)


def _by_ladder(first: Plane, second: Plane) -> Iterator[Placement]:
    """Yield the best shift at the most promising scales around the one that makes both frames of equal height.

    All are tried on reduced frames and a grid of 128, for a sixth of the cost; tiles refine what is found.
    """
    a, b = _reduced(first), _reduced(second)
    equal = a.shape[0] / b.shape[0]
    coarse = {step: _shifted(a, b, equal * step, _COARSE_GRID) for step in _SCALES}
    ranked = sorted(_SCALES, key=lambda step: _likeness(a, b, coarse[step]), reverse=True)
    for step in ranked[:_STEPS_KEPT]:
        place = _shifted(a, b, equal * step)
        rows, columns = (
            _enlarged(axis, first.shape[k] / a.shape[k], second.shape[k] / b.shape[k])
            for k, axis in enumerate((place.rows, place.columns))
        )
        yield Placement(rows, columns)


def _reduced(values: Plane) -> Plane:
    """Return a plane of at most 256 pixels a side, its proportions kept."""
    factor = min(1.0, _GRID / max(values.shape))
    rows, columns = (max(1, round(factor * side)) for side in values.shape)
    return resampled(values, None, rows, columns)


def _enlarged(axis: Axis, first: float, second: float) -> Axis:
    """Return a placement of reduced frames in pixels of the frames, of which one reduced pixel holds so many."""
    return Axis(axis.scale * first / second, axis.offset * first)


def _best(first: Plane, second: Plane, places: Iterable[Placement]) -> tuple[float, Placement]:
    return max(((_likeness(first, second, place), place) for place in places), key=lambda each: each[0])


def _shifted(first: Plane, second: Plane, scale: float, grid: int = _GRID) -> Placement:
    """Return the best shift of ``second``, scaled, over ``first``, from edges and texture on a grid of ``grid``."""
    step = max(*first.shape, *(scale * side for side in second.shape)) / grid
    a = _texture(resampled(first, None, *(max(8, round(side / step)) for side in first.shape)))
    b = _texture(resampled(second, None, *(max(8, round(scale * side / step)) for side in second.shape)))
    down, across = best_shift(a, b)
    ratios = [first.shape[k] / a.shape[k] for k in (0, 1)]
    scales = [ratios[k] * b.shape[k] / second.shape[k] for k in (0, 1)]
    return Placement(Axis(scales[0], down * ratios[0]), Axis(scales[1], across * ratios[1]))


def _texture(values: Plane) -> Plane:
    """Return the band between 1 and 4 pixels, its extremes cut, so that a border's edge does not outshout a picture."""
    band = gaussian(values, 1.0) - gaussian(values, 4.0)
    limit = 3 * float(np.median(np.abs(band))) or float(np.abs(band).max())
    cut: Plane = np.clip(band, -limit, limit)
    return cut


def _likeness(first: Plane, second: Plane, place: Placement) -> float:
    """Return the correlation of texture in the overlap, on a coarse grid; either sign counts."""
    rectangles = _rectangles(first, second, place)
    if rectangles is None:
        return 0.0
    a, b = (gaussian(plane, 0.8) for plane in _on_one_grid(first, second, rectangles, _GLANCE))
    a, b = (plane - gaussian(plane, 6.0) for plane in (a, b))
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return abs(float((a * b).sum())) / scale if scale > 0 else 0.0


def _refined(first: Plane, second: Plane, place: Placement) -> Placement:
    """Correct a placement by the shifts that tiles of the overlap still have."""
    rectangles = _rectangles(first, second, place)
    if rectangles is None:
        return place
    a, b = _on_one_grid(first, second, rectangles, _MAX_SIDE)
    axes = refined_axes(_texture(a), _texture(b))
    if axes is None:
        return place
    here = rectangles[0]
    steps = (here.height / a.shape[0], here.width / a.shape[1])
    starts = (here.top, here.left)
    old = (place.rows, place.columns)
    rows, columns = (_corrected(old[k], axes[k], steps[k], starts[k]) for k in (0, 1))
    return Placement(rows, columns)


def _corrected(old: Axis, found: Axis, step: float, start: float) -> Axis:
    """Put a correction found on the overlap's grid behind a placement."""
    return Axis(old.scale * found.scale, start + found.scale * (old.offset - start) + found.offset * step)


def _rectangles(first: Plane, second: Plane, place: Placement) -> tuple[Rectangle, Rectangle] | None:
    """Return the overlap in pixels of the first frame and of the second; None where it is too small."""
    axes = (place.rows, place.columns)
    starts = [max(0.0, axes[k].offset) for k in (0, 1)]
    stops = [min(float(first.shape[k]), axes[k].at(second.shape[k])) for k in (0, 1)]
    sides = [stop - start for start, stop in zip(starts, stops, strict=True)]
    theirs = [side / axis.scale for side, axis in zip(sides, axes, strict=True)]
    share = max(min(sides[k] / first.shape[k] for k in (0, 1)), min(theirs[k] / second.shape[k] for k in (0, 1)))
    if min(*sides, *theirs) < _LEAST_SIDE or share < _LEAST_OVERLAP:
        return None
    there = [(starts[k] - axes[k].offset) / axes[k].scale for k in (0, 1)]
    return Rectangle(*starts, *sides), Rectangle(*there, *theirs)


def _on_one_grid(
    first: Plane, second: Plane, rectangles: tuple[Rectangle, Rectangle], most: int
) -> tuple[Plane, Plane]:
    """Resample the overlap of both to the coarser one's grid, at most ``most`` a side."""
    rows = min(most, round(min(rectangle.height for rectangle in rectangles)))
    columns = min(most, round(min(rectangle.width for rectangle in rectangles)))
    a, b = (resampled(p, r, rows, columns) for p, r in zip((first, second), rectangles, strict=True))
    return a, b


def _region(first: Plane, second: Plane, rectangles: tuple[Rectangle, Rectangle]) -> tuple[float, float, float, float]:
    shares = [r.shares(p.shape) for r, p in zip(rectangles, (first, second), strict=True)]
    return min(shares, key=lambda each: each[2] * each[3])
