"""How stored values become grey levels: rescale, window, padding; of the image or of one frame."""

from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from pacs_dedup.dicom.elements import number, numbers, value_of


@dataclass(frozen=True, slots=True)
class Display:
    """Modality and VOI transformation of one frame (PS3.3 C.11.1, C.11.2), as far as they are linear."""

    slope: float
    intercept: float
    window: tuple[float, float] | None
    padding: float | None


def read_display(dataset: Dataset, frame: int) -> Display:
    """Read the transformation of a frame (0-based): its own functional groups, else the shared, else the image."""
    modality = functional_group(dataset, frame, "PixelValueTransformationSequence") or dataset
    voi = functional_group(dataset, frame, "FrameVOILUTSequence") or dataset
    slope, intercept = number(modality, "RescaleSlope"), number(modality, "RescaleIntercept")
    return Display(
        slope=slope or 1.0,
        intercept=intercept or 0.0,
        window=_window(voi),
        padding=number(dataset, "PixelPaddingValue"),
    )


def functional_groups(dataset: Dataset, frame: int, keyword: str) -> Dataset | None:
    """Return the functional groups of a frame (0-based) that hold the macro ``keyword`` (PS3.3 C.7.6.16).

    They are the frame's own, else the shared ones; None where neither hold it, or where they can not be read.
    """
    for groups, index in (("PerFrameFunctionalGroupsSequence", frame), ("SharedFunctionalGroupsSequence", 0)):
        items: Any = value_of(dataset, groups)
        if isinstance(items, Sequence) and index < len(items) and value_of(items[index], keyword):
            found: Dataset = items[index]
            return found
    return None


def functional_group(dataset: Dataset, frame: int, keyword: str) -> Dataset | None:
    """Return the first item of the macro ``keyword`` of a frame, None where there is none."""
    groups = functional_groups(dataset, frame, keyword)
    items: Any = None if groups is None else value_of(groups, keyword)
    return items[0] if isinstance(items, Sequence) else None


def _window(voi: Dataset) -> tuple[float, float] | None:
    centers, widths = numbers(voi, "WindowCenter"), numbers(voi, "WindowWidth")
    if not centers or not widths or widths[0] <= 0:
        return None
    return centers[0], widths[0]
