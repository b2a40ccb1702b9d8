"""Header -> by what the counts of positron emission become standardised uptake (PS3.3 C.8.9.1, C.8.9.2)."""

from collections.abc import Iterator
from typing import Final

from pydicom.dataset import Dataset

from pacs_dedup.dicom.elements import number, text, values_of

_MODALITY: Final = "PT"
_OF_THE_PATIENT: Final = ("PatientWeight", "PatientSize")
_INJECTED: Final = ("RadionuclideTotalDose", "RadionuclideHalfLife")
_INJECTED_AT: Final = ("RadiopharmaceuticalStartDateTime", "RadiopharmaceuticalStartTime")
_DIGITS: Final = 6


def read_uptake(dataset: Dataset) -> tuple[tuple[str, str], ...]:
    """Return pairs of keyword and value, sorted; nothing of another modality, and nothing that is zero."""
    return tuple(sorted(_told(dataset))) if text(dataset, "Modality").upper() == _MODALITY else ()


def _told(dataset: Dataset) -> Iterator[tuple[str, str]]:
    yield from _numbers(dataset, _OF_THE_PATIENT)
    injected = values_of(dataset, "RadiopharmaceuticalInformationSequence")
    for item in (item for item in injected if isinstance(item, Dataset)):
        yield from _numbers(item, _INJECTED)
        times = ((keyword, text(item, keyword)) for keyword in _INJECTED_AT)
        yield from ((keyword, time.partition(".")[0]) for keyword, time in times if time)


def _numbers(header: Dataset, keywords: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for keyword in keywords:
        if value := number(header, keyword):
            yield keyword, f"{value:.{_DIGITS}g}"
