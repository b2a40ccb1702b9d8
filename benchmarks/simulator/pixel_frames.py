"""Frames between objects: single to multi-frame, enhanced to single, parts of a study."""

from collections.abc import Sequence
from copy import deepcopy

import numpy as np
from pydicom import Dataset

from benchmarks.simulator.pixel_data import decompressed, set_native, stored_values

_SLICES_IN_MOSAIC = (0x0019, 0x100A)
_PER_FRAME = "PerFrameFunctionalGroupsSequence"


def frames_subset(dataset: Dataset, frames: Sequence[int]) -> Dataset:
    """Keep some frames of a multi-frame image, decompressed, with their functional groups."""
    result = deepcopy(dataset)
    decompressed(result)
    set_native(result, stored_values(result)[list(frames)])
    result.NumberOfFrames = len(frames)
    if _PER_FRAME in result:
        groups = result[_PER_FRAME].value
        setattr(result, _PER_FRAME, [deepcopy(groups[i]) for i in frames])
    return result


def mosaic_tiles(dataset: Dataset, tiles: Sequence[int]) -> tuple[Dataset, ...]:
    """Cut a mosaic into its slices, one image each, as converters do; Siemens lays them out in a square grid."""
    values = stored_values(dataset)[0]
    side = next(n for n in range(1, 32) if n * n >= dataset[_SLICES_IN_MOSAIC].value)
    rows, columns = values.shape[0] // side, values.shape[1] // side
    return tuple(_tile(dataset, values, divmod(tile, side), (rows, columns), tile) for tile in tiles)


def _tile(dataset: Dataset, values: np.ndarray, at: tuple[int, int], shape: tuple[int, int], number: int) -> Dataset:
    result = deepcopy(dataset)
    top, left = at[0] * shape[0], at[1] * shape[1]
    set_native(result, values[None, top : top + shape[0], left : left + shape[1]])
    result.InstanceNumber = number + 1
    result.SOPInstanceUID = f"{dataset.SOPInstanceUID}.{number + 1}"
    result.ImageType = [kind for kind in dataset.ImageType if kind != "MOSAIC"]
    thickness = float(result.get("SpacingBetweenSlices") or result.SliceThickness)
    normal = np.cross(*np.array(result.ImageOrientationPatient, float).reshape(2, 3))
    start = np.array(result.ImagePositionPatient, float) + _centre_shift(dataset, shape)
    result.ImagePositionPatient = [f"{v:.4f}" for v in start + normal * thickness * number]
    return result


def _centre_shift(dataset: Dataset, shape: tuple[int, int]) -> np.ndarray:
    """Return the way from the corner of the mosaic to the corner of a tile about the same centre, in mm."""
    across, down = np.array(dataset.ImageOrientationPatient, float).reshape(2, 3)
    spacing = [float(v) for v in dataset.PixelSpacing]
    rows, columns = (dataset.Rows - shape[0]) / 2, (dataset.Columns - shape[1]) / 2
    return across * columns * spacing[1] + down * rows * spacing[0]
