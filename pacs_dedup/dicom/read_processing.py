"""Header -> how an image was made of its raw data: what tells two reconstructions or processings of them apart."""

from typing import Final

from pydicom.dataset import Dataset

from pacs_dedup.dicom.elements import number, texts

_KERNEL: Final = ("ConvolutionKernel", "FilterType", "ReconstructionMethod")
_TOLD: Final = (
    "AcquisitionDeviceProcessingDescription",
    "ComplexImageComponent",
    "CorrectedImage",
    "ImageFilter",
    "PresentationIntentType",
    "ReconstructionAlgorithm",
)
_LENGTHS: Final = ("ReconstructionDiameter",)
_FLAVOURS: Final = frozenset(
    [
        "ADC",
        "AVERAGE",
        "DIFFERENCE",
        "DIS2D",
        "DIS3D",
        "F",
        "FA",
        "FAT",
        "FLAIR",
        "I",
        "IMAGINARY",
        "IN_PHASE",
        "IP",
        "M",
        "MAGNITUDE",
        "MAX_IP",
        "MEAN",
        "MEDIAN",
        "MINIP",
        "MIN_IP",
        "MIP",
        "MPR",
        "ND",
        "NORM",
        "OP",
        "OPP_PHASE",
        "OUT_PHASE",
        "P",
        "PHASE",
        "R",
        "REAL",
        "SUBTRACTION",
        "TRACEW",
        "VOLUME_RENDER",
        "W",
        "WATER",
    ]
)
"""Terms of Image Type (0008,0008) from its third value on that name what was computed, not what was scanned."""

PROCESSING_KEYWORDS: Final = (*_KERNEL, *_TOLD, *_LENGTHS, "ImageType")
"""Every element that is looked at."""
_FLAVOURS_FROM: Final = 2


def read_kernel(header: Dataset) -> str:
    """Return the reconstruction kernel, or what stands for it in the modality; several values joined by backslashes."""
    return "\\".join(next((found for keyword in _KERNEL if (found := texts(header, keyword))), ()))


def read_processing(header: Dataset) -> tuple[tuple[str, str], ...]:
    """Return pairs of keyword and value, sorted by keyword: algorithm, filters, corrections, intent, flavour of image.

    Args:
        header: of one frame, as `flat_headers` yields it.
    """
    found = {keyword: "\\".join(sorted(filter(None, texts(header, keyword)))).upper() for keyword in _TOLD}
    found["ImageType"] = "\\".join(sorted(_FLAVOURS & {v.upper() for v in texts(header, "ImageType")[_FLAVOURS_FROM:]}))
    for keyword in _LENGTHS:
        length = number(header, keyword)
        found[keyword] = "" if length is None else f"{length:.1f}"
    return tuple(sorted((keyword, value) for keyword, value in found.items() if value))
