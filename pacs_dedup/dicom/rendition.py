"""How stored values become grey levels: rescale, window, padding; of the image or of one frame."""

from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset

from pacs_dedup.dicom.elements import number, numbers


@dataclass(frozen=True, slots=True)
class Display:
    """Modality and VOI transformation of one frame (PS3.3 C.11.1, C.11.2), as far as they are linear."""

    slope: float
    intercept: float
    window: tuple[float, float] | None
    padding: float | None


def read_display(dataset: Dataset, frame: int) -> Display:
    """Read the transformation of a frame (0-based): its own functional groups, else the shared, else the image."""
    modality = _group(dataset, frame, "PixelValueTransformationSequence") or dataset
    voi = _group(dataset, frame, "FrameVOILUTSequence") or dataset
    slope, intercept = number(modality, "RescaleSlope"), number(modality, "RescaleIntercept")
    return Display(
        slope=slope or 1.0,
        intercept=intercept or 0.0,
        window=_window(voi),
        padding=number(dataset, "PixelPaddingValue"),
    )


def functional_group(dataset: Dataset, frame: int, keyword: str) -> Dataset | None:
    """Return the functional group macro ``keyword`` of a frame (PS3.3 C.7.6.16), None where there is none."""
    return _group(dataset, frame, keyword)


def _window(voi: Dataset) -> tuple[float, float] | None:
    centers, widths = numbers(voi, "WindowCenter"), numbers(voi, "WindowWidth")
    if not centers or not widths or widths[0] <= 0:
        return None
    return centers[0], widths[0]


def _group(dataset: Dataset, frame: int, keyword: str) -> Dataset | None:
    for groups, index in (("PerFrameFunctionalGroupsSequence", frame), ("SharedFunctionalGroupsSequence", 0)):
        items: Any = dataset.get(groups) or ()
        if index < len(items) and (found := items[index].get(keyword)):
            item: Dataset = found[0]
            return item
    return None
