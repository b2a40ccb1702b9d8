"""Rescale, window and bit depth: how stored values are meant and shown, and what rewriting them involves."""

import numpy as np
from pydicom import Dataset

from benchmarks.simulator.pixel_data import Array, rescale_of, set_native

_FUNCTIONAL_GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
_VOI = ("WindowCenter", "WindowWidth", "WindowCenterWidthExplanation", "VOILUTSequence", "VOILUTFunction")
_MODALITY = ("RescaleIntercept", "RescaleSlope", "RescaleType", "ModalityLUTSequence")
_PADDING = ("PixelPaddingValue", "PixelPaddingRangeLimit")
_RANGE = ("SmallestImagePixelValue", "LargestImagePixelValue")
LEVELS = 255.0
"""The greatest value of eight bits."""


def window_of(dataset: Dataset, values: Array) -> tuple[float, float]:
    """Return centre and width of the first window in modality values; of the percentiles 0.5 to 99.5 where none is."""
    for holder in _voi_holders(dataset):
        centre, width = holder.get("WindowCenter"), holder.get("WindowWidth")
        if centre not in (None, "") and width not in (None, ""):
            return _first(centre), max(_first(width), 1.0)
    slope, intercept = rescale_of(dataset)
    low, high = np.percentile(values, (0.5, 99.5)) * slope + intercept
    return (low + high) / 2, max(high - low, 1.0)


def has_window(dataset: Dataset) -> bool:
    """Tell whether an image says how it wants to be shown."""
    return any(holder.get("WindowCenter") not in (None, "") for holder in _voi_holders(dataset))


def _first(value: object) -> float:
    return float(value[0] if hasattr(value, "__len__") and not isinstance(value, str) else value)


def _voi_holders(dataset: Dataset) -> list[Dataset]:
    holders = [dataset]
    for name in _FUNCTIONAL_GROUPS:
        for group in (dataset.get(name) or ())[:1]:
            holders.extend(group.get("FrameVOILUTSequence") or ())
    return holders


def windowed(dataset: Dataset, values: Array, centre: float, width: float) -> Array:
    """Apply rescale and a linear window; whole numbers from 0 to 255."""
    slope, intercept = rescale_of(dataset)
    shown = (values * slope + intercept - centre) / width + 0.5
    return np.rint(np.clip(shown, 0, 1) * LEVELS).astype(np.int64)


def to_eight_bits(dataset: Dataset, shown: Array) -> None:
    """Replace the pixels of a grey image by eight-bit values that are shown as they are, in place."""
    set_native(dataset, shown, bits=8, signed=False)
    forget_padding(dataset)
    set_rescale(dataset, 1, 0)
    set_window(dataset, (LEVELS + 1) / 2, LEVELS + 1)


def set_rescale(dataset: Dataset, slope: float, intercept: float) -> None:
    """Write one rescale for all frames; identity takes the elements away where the object needs none."""
    _forget(dataset, _MODALITY, "PixelValueTransformationSequence")
    identity = (slope, intercept) == (1, 0)
    holder = _holder(dataset, "PixelValueTransformationSequence")
    if holder is dataset and identity and dataset.get("Modality") != "CT":
        return
    holder.RescaleSlope, holder.RescaleIntercept = _number(slope), _number(intercept)
    holder.RescaleType = "HU" if dataset.get("Modality") == "CT" and not identity else "US"


def set_window(dataset: Dataset, centre: float, width: float) -> None:
    """Write one window for all frames, in place of every window and look-up table."""
    _forget(dataset, _VOI, "FrameVOILUTSequence")
    holder = _holder(dataset, "FrameVOILUTSequence")
    holder.WindowCenter, holder.WindowWidth = _number(centre), _number(width)


def forget_padding(dataset: Dataset) -> None:
    """Take away what said which stored value is padding and which values occur, in place."""
    for keyword in (*_PADDING, *_RANGE):
        if keyword in dataset:
            del dataset[keyword]


def _forget(dataset: Dataset, keywords: tuple[str, ...], group: str) -> None:
    for keyword in keywords:
        if keyword in dataset:
            del dataset[keyword]
    for name in _FUNCTIONAL_GROUPS:
        for item in dataset.get(name) or ():
            if group in item:
                del item[group]


def _holder(dataset: Dataset, group: str) -> Dataset:
    """Return where an attribute of all frames stands: the shared functional groups of an enhanced object."""
    shared = dataset.get(_FUNCTIONAL_GROUPS[0])
    if not shared:
        return dataset
    setattr(shared[0], group, [Dataset()])
    return shared[0][group].value[0]


def _number(value: float) -> str:
    return f"{value:.10g}"
