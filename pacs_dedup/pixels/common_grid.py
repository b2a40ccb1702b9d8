"""Bring two frames of one field of view to one grid: the smaller one's, at most 512 a side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from pacs_dedup.pixels.grey import Plane, average_rows

MAX_SIDE: Final = 512
_SMOOTH_PER_RATIO: Final = 0.35
"""Width of the anti-aliasing Gaussian in target pixels; leaves the band that is compared (1 to 2.5 pixels)."""
_SMOOTHINGS: Final = (0.0, _SMOOTH_PER_RATIO, 0.5)
"""How whatever resampled a copy may have smoothed, if it did not average areas: not at all, as where it was enlarged
and only its own grid is asked back, hardly, or as linear interpolation asks for."""
_WHOLE: Final = 1e-3
_LEAST_TO_SMOOTH: Final = 4
"""Pixels a side that the recursive Gaussian of SimpleITK asks for."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A part of a frame, in pixels from its top left corner, edges included; fractions are allowed."""

    top: float
    left: float
    height: float
    width: float

    def shares(self, shape: tuple[int, ...]) -> tuple[float, float, float, float]:
        """Return it in shares of a frame of ``shape``."""
        rows, columns = shape
        return self.top / rows, self.left / columns, self.height / rows, self.width / columns


def common_grids(first: Plane, second: Plane) -> Iterator[tuple[Plane, Plane]]:
    """Yield both frames on the smaller one's grid: once where their sizes are equal, else by each way to resample.

    Which filter made one of them smaller is not known, and another one leaves a difference that looks like noise.
    A whole-number reduction is an area average; any other resampling is SimpleITK's, in physical space, with the two
    fields of view laid over each other edge to edge.
    """
    target = min((first, second), key=lambda plane: (plane.size, plane.shape))
    rows, columns = (min(side, MAX_SIDE) for side in target.shape)
    larger = second if target is first else first
    for smoothing in _smoothings(larger, rows, columns) if first.shape != second.shape else (None,):
        ours, theirs = (None if plane is target else smoothing for plane in (first, second))
        yield resampled(first, None, rows, columns, ours), resampled(second, None, rows, columns, theirs)


def _smoothings(larger: Plane, rows: int, columns: int) -> tuple[float | None, ...]:
    whole = larger.shape[0] % rows == 0 and larger.shape[1] % columns == 0
    return (None, *_SMOOTHINGS) if whole else _SMOOTHINGS


def resampled(values: Plane, part: Rectangle | None, rows: int, columns: int, smoothing: float | None = None) -> Plane:
    """Return a frame, or a part of it, on a grid of ``rows`` x ``columns``.

    Args:
        values: the frame.
        part: what of it; None for all.
        rows: of the grid.
        columns: of the grid.
        smoothing: width of the Gaussian before it gets smaller, in pixels of the grid; 0 for none; None for an area
            average where whole pixels make one of the grid, and for little elsewhere.
    """
    if part is not None and _is_whole(part):
        top, left, height, width = (round(each) for each in (part.top, part.left, part.height, part.width))
        values, part = values[top : top + height, left : left + width], None
    if smoothing is None and part is None and values.shape[0] % rows == 0 and values.shape[1] % columns == 0:
        return _blocks(values, rows, columns)
    sigma = _SMOOTH_PER_RATIO if smoothing is None else smoothing
    return _resample(values, part or Rectangle(0, 0, *values.shape), rows, columns, sigma)


def _is_whole(part: Rectangle) -> bool:
    return all(abs(each - round(each)) <= _WHOLE for each in (part.top, part.left, part.height, part.width))


def _blocks(values: Plane, rows: int, columns: int) -> Plane:
    return average_rows(average_rows(values, rows).T, columns).T


def _resample(values: Plane, part: Rectangle, rows: int, columns: int, smoothing: float) -> Plane:
    import SimpleITK as sitk  # noqa: N813 - its own documentation calls it so; heavy (0.8 s, 270 MB on disk), and most pairs never need it

    ratio = part.height / rows, part.width / columns
    image = sitk.GetImageFromArray(np.ascontiguousarray(values))
    if max(ratio) > 1 and smoothing > 0 and min(values.shape) >= _LEAST_TO_SMOOTH:
        sigmas = [smoothing * max(step, 1e-3) for step in reversed(ratio)]
        image = sitk.SmoothingRecursiveGaussian(image, sigmas)  # type: ignore[no-untyped-call]
    moved: Plane = sitk.GetArrayFromImage(
        sitk.Resample(
            image,
            [columns, rows],
            sitk.Transform(),  # type: ignore[no-untyped-call]
            sitk.sitkBSpline,
            [part.left + (ratio[1] - 1) / 2, part.top + (ratio[0] - 1) / 2],
            list(reversed(ratio)),
            [1.0, 0.0, 0.0, 1.0],
            0.0,
            sitk.sitkFloat32,
        )
    )
    return moved
