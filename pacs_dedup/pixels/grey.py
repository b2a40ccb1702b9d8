"""A frame as one plane of float grey values: modality values, polarity and padding settled."""

from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.pixels.canonical import Pixels

_Number = TypeVar("_Number", bound=np.generic)

Plane = NDArray[np.float32]
"""(rows, columns), float32."""

_LUMINANCE: Final = np.array([0.299, 0.587, 0.114], np.float32)
"""Y of ITU-R BT.601, as YBR_FULL has it (PS3.3 C.7.6.3.1.2)."""
_RGB_SAMPLES: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class GreyFrame:
    """One plane of grey.

    Attributes:
        values: (rows, columns) float32; bright is high, for MONOCHROME1 too; luminance of colour.
    """

    values: Plane


def grey_frame(
    frame: Pixels, photometric_interpretation: str, padding: float | None = None, rgb: NDArray[Any] | None = None
) -> GreyFrame:
    """Reduce stored values to grey; padding takes the least of the other values.

    Rescale is left out: it is affine, and everything that looks at grey frames adapts to that.
    """
    source = frame if rgb is None else rgb
    values = source.astype(np.float32)
    if values.ndim == 3:  # noqa: PLR2004 - rows, columns, samples
        is_rgb = rgb is not None or (photometric_interpretation == "RGB" and values.shape[2] == _RGB_SAMPLES)
        values = values @ _LUMINANCE if is_rgb else values[:, :, 0]
    if source.dtype.kind == "f":
        np.nan_to_num(values, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    if padding is not None and rgb is None and (live := source != padding).any() and live.ndim == values.ndim:
        values[~live] = values[live].min()
    return GreyFrame(-values if photometric_interpretation == "MONOCHROME1" else values)


def area_average(values: Plane, side: int) -> Plane:
    """Reduce a plane to at most ``side`` x ``side`` by averaging equal areas; smaller planes stay as they are."""
    return average_rows(average_rows(values, side).T, side).T


def average_rows(values: Plane, count: int) -> Plane:
    """Average rows into ``count`` groups of equal height; a row on the edge of two counts in each by its share."""
    rows, columns = values.shape
    if rows <= count:
        return values
    if rows % count == 0:
        sums: Plane = values.reshape(count, rows // count, columns).sum(axis=1)
        return sums * np.float32(count / rows)
    whole, over = np.divmod(np.arange(count) * rows, count)
    sums = np.add.reduceat(values, whole, axis=0)
    split = (over / count).astype(np.float32)[:, None] * values[whole]
    sums -= split
    sums[:-1] += split[1:]
    return sums * np.float32(count / rows)


def sampled(values: NDArray[_Number], side: int) -> NDArray[_Number]:
    """Return at least ``side`` evenly spaced rows and columns, fewer than twice as many, or all of a smaller plane."""
    return values[tuple(slice(None, None, max(1, length // side)) for length in values.shape)]
