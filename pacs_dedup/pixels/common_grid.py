"""Bring two frames of one field of view to one grid: the smaller one's, at most 512 a side."""

from typing import Final

import numpy as np

from pacs_dedup.pixels.grey import Plane, area_average

_MAX_SIDE: Final = 512
_SMOOTH_PER_RATIO: Final = 0.35
"""Width of the anti-aliasing Gaussian in target pixels; leaves the band that is compared (1 to 2.5 pixels)."""


def common_grid(first: Plane, second: Plane) -> tuple[Plane, Plane]:
    """Return both frames on the smaller one's grid.

    A whole-number reduction is an area average; any other resampling is SimpleITK's, in physical space, with the two
    fields of view laid over each other edge to edge.
    """
    target = first if first.size <= second.size else second
    rows, columns = (min(side, _MAX_SIDE) for side in target.shape)
    return _to_grid(first, rows, columns), _to_grid(second, rows, columns)


def _to_grid(values: Plane, rows: int, columns: int) -> Plane:
    if values.shape == (rows, columns):
        return values
    if values.shape[0] % rows == 0 and values.shape[1] % columns == 0:
        return area_average(area_average(values, rows), columns) if rows == columns else _blocks(values, rows, columns)
    return _resample(values, rows, columns)


def _blocks(values: Plane, rows: int, columns: int) -> Plane:
    height, width = values.shape[0] // rows, values.shape[1] // columns
    averaged: Plane = values.reshape(rows, height, columns, width).mean(axis=(1, 3), dtype=np.float64)
    return averaged.astype(np.float32)


def _resample(values: Plane, rows: int, columns: int) -> Plane:
    import SimpleITK as sitk  # noqa: N813 - its own documentation calls it so; heavy (0.8 s, 270 MB on disk), and most pairs never need it

    ratio = values.shape[0] / rows, values.shape[1] / columns
    image = sitk.GetImageFromArray(values)
    sigmas = [_SMOOTH_PER_RATIO * max(step, 1e-3) for step in reversed(ratio)]
    if max(ratio) > 1:
        image = sitk.SmoothingRecursiveGaussian(image, sigmas)  # type: ignore[no-untyped-call]
    resampled = sitk.Resample(
        image,
        [columns, rows],
        sitk.Transform(),  # type: ignore[no-untyped-call]
        sitk.sitkBSpline,
        [(step - 1) / 2 for step in reversed(ratio)],
        list(reversed(ratio)),
        [1.0, 0.0, 0.0, 1.0],
        0.0,
        sitk.sitkFloat32,
    )
    moved: Plane = sitk.GetArrayFromImage(resampled)
    return moved
