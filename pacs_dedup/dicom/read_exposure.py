"""Header -> exposure and sequence parameters, under one name and in one unit however the object encodes them."""

from collections.abc import Mapping
from typing import Final

from pydicom.dataset import Dataset

from pacs_dedup.dicom.elements import number

_MICRO: Final = 1e-3
_DIGITS: Final = 4
"""Significant digits: decimal strings of classic objects and binary numbers of enhanced ones agree that far."""

_ENCODINGS: Final[Mapping[str, tuple[tuple[str, float], ...]]] = {
    "ActualFrameDuration": (("ActualFrameDuration", 1.0),),
    "BodyPartThickness": (("BodyPartThickness", 1.0),),
    "CTDIvol": (("CTDIvol", 1.0),),
    "CompressionForce": (("CompressionForce", 1.0),),
    "DecayFactor": (("DecayFactor", 1.0),),
    "DiffusionBValue": (("DiffusionBValue", 1.0),),
    "DistanceSourceToDetector": (("DistanceSourceToDetector", 1.0),),
    "EchoTime": (("EffectiveEchoTime", 1.0), ("EchoTime", 1.0)),
    "EntranceDoseInmGy": (("EntranceDoseInmGy", 1.0),),
    "Exposure": (("ExposureInmAs", 1.0), ("ExposureInuAs", _MICRO), ("Exposure", 1.0)),
    "ExposureIndex": (("ExposureIndex", 1.0),),
    "ExposureTime": (("ExposureTimeInms", 1.0), ("ExposureTimeInuS", _MICRO), ("ExposureTime", 1.0)),
    "FlipAngle": (("FlipAngle", 1.0),),
    "ImageAndFluoroscopyAreaDoseProduct": (("ImageAndFluoroscopyAreaDoseProduct", 1.0),),
    "InversionTime": (("InversionTimes", 1.0), ("InversionTime", 1.0)),
    "KVP": (("KVP", 1.0),),
    "MagneticFieldStrength": (("MagneticFieldStrength", 1.0),),
    "OrganDose": (("OrganDose", 1.0),),
    "RelativeXRayExposure": (("RelativeXRayExposure", 1.0),),
    "RepetitionTime": (("RepetitionTime", 1.0),),
    "SpiralPitchFactor": (("SpiralPitchFactor", 1.0),),
    "TriggerTime": (("TriggerTime", 1.0),),
    "XRayTubeCurrent": (("XRayTubeCurrentInmA", 1.0), ("XRayTubeCurrentInuA", _MICRO), ("XRayTubeCurrent", 1.0)),
}
EXPOSURE_KEYWORDS: Final = tuple(keyword for encodings in _ENCODINGS.values() for keyword, _ in encodings)
"""Every element that is looked at."""


def read_exposure(header: Dataset) -> tuple[tuple[str, float], ...]:
    """Return what was set for one frame, sorted by keyword: kV, mA, mAs and ms of X-rays, ms and degrees of MR.

    Args:
        header: of one frame, as `flat_headers` yields it.
    """
    found = ((name, _first(header, encodings)) for name, encodings in _ENCODINGS.items())
    return tuple((name, value) for name, value in found if value is not None)


def _first(header: Dataset, encodings: tuple[tuple[str, float], ...]) -> float | None:
    for keyword, factor in encodings:
        value = number(header, keyword)
        if value is not None:
            return float(f"{value * factor:.{_DIGITS}g}")
    return None
