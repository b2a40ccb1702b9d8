"""Bring two frames of one field of view to one grid: the smaller one's, at most 512 a side."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pacs_dedup.pixels.grey import Plane, average_rows

_MAX_SIDE: Final = 512
_SMOOTH_PER_RATIO: Final = 0.35
"""Width of the anti-aliasing Gaussian in target pixels; leaves the band that is compared (1 to 2.5 pixels)."""
_WHOLE: Final = 1e-3


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


def common_grid(first: Plane, second: Plane) -> tuple[Plane, Plane]:
    """Return both frames on the smaller one's grid.

    A whole-number reduction is an area average; any other resampling is SimpleITK's, in physical space, with the two
    fields of view laid over each other edge to edge.
    """
    target = first if first.size <= second.size else second
    rows, columns = (min(side, _MAX_SIDE) for side in target.shape)
    return resampled(first, None, rows, columns), resampled(second, None, rows, columns)


def resampled(values: Plane, part: Rectangle | None, rows: int, columns: int) -> Plane:
    """Return a frame, or a part of it, on a grid of ``rows`` x ``columns``."""
    if part is not None and _is_whole(part):
        top, left, height, width = (round(each) for each in (part.top, part.left, part.height, part.width))
        values, part = values[top : top + height, left : left + width], None
    if part is None and values.shape[0] % rows == 0 and values.shape[1] % columns == 0:
        return _blocks(values, rows, columns)
    return _resample(values, part or Rectangle(0, 0, *values.shape), rows, columns)


def _is_whole(part: Rectangle) -> bool:
    return all(abs(each - round(each)) <= _WHOLE for each in (part.top, part.left, part.height, part.width))


def _blocks(values: Plane, rows: int, columns: int) -> Plane:
    return average_rows(average_rows(values, rows).T, columns).T


def _resample(values: Plane, part: Rectangle, rows: int, columns: int) -> Plane:
    import SimpleITK as sitk  # noqa: N813 - its own documentation calls it so; heavy (0.8 s, 270 MB on disk), and most pairs never need it

    ratio = part.height / rows, part.width / columns
    image = sitk.GetImageFromArray(np.ascontiguousarray(values))
    if max(ratio) > 1:
        sigmas = [_SMOOTH_PER_RATIO * max(step, 1e-3) for step in reversed(ratio)]
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
