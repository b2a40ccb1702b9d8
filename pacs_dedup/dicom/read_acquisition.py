"""Header -> Acquisition: what of an acquisition survives a transfer."""

import re
from typing import Final

from pydicom.dataset import Dataset

from pacs_dedup.dicom.elements import number, numbers, text, texts, value_of
from pacs_dedup.dicom.rendition import functional_group
from pacs_dedup.domain.acquisition import Acquisition, Geometry

_EXPOSURE: Final = (
    "CTDIvol",
    "DiffusionBValue",
    "EchoNumbers",
    "EchoTime",
    "Exposure",
    "ExposureInuAs",
    "ExposureTime",
    "FlipAngle",
    "InversionTime",
    "KVP",
    "MagneticFieldStrength",
    "RepetitionTime",
    "SpiralPitchFactor",
    "TriggerTime",
    "XRayTubeCurrent",
)
_KERNEL: Final = ("ConvolutionKernel", "FilterType", "ReconstructionMethod")
_DATE_TIME: Final = re.compile(r"([0-9]{8})([0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:\.[0-9]{1,6})?)?)?)?")
_SECONDS_DIGITS: Final = 14
_DECIMALS: Final = 2
_COSINES: Final = 6
_COORDINATES: Final = 3


def read_acquisition(dataset: Dataset) -> Acquisition:
    """Read device, time, geometry and exposure; of an enhanced multi-frame object those of its first frame."""
    image_type = tuple(value.upper() for value in texts(dataset, "ImageType"))
    return Acquisition(
        modality=text(dataset, "Modality").upper(),
        manufacturer=text(dataset, "Manufacturer"),
        model=text(dataset, "ManufacturerModelName"),
        device_serial=text(dataset, "DeviceSerialNumber"),
        acquired_at=_acquired_at(dataset),
        study_date=text(dataset, "StudyDate").replace(".", ""),
        event_uids=texts(dataset, "IrradiationEventUID") + texts(dataset, "AcquisitionUID"),
        frame_of_reference_uid=text(dataset, "FrameOfReferenceUID"),
        geometry=_geometry(dataset),
        exposure=tuple((keyword, value) for keyword in _EXPOSURE if (value := number(dataset, keyword)) is not None),
        kernel="\\".join(next((found for keyword in _KERNEL if (found := texts(dataset, keyword))), ())),
        protocol=text(dataset, "ProtocolName"),
        series_description=text(dataset, "SeriesDescription"),
        study_description=text(dataset, "StudyDescription"),
        accession_number=text(dataset, "AccessionNumber"),
        body_part=text(dataset, "BodyPartExamined").upper(),
        laterality=(text(dataset, "ImageLaterality") or text(dataset, "Laterality")).upper(),
        patient_position=text(dataset, "PatientPosition").upper(),
        patient_orientation="\\".join(texts(dataset, "PatientOrientation")).upper(),
        view_position=text(dataset, "ViewPosition").upper(),
        image_type=image_type,
        instance_number=_integer(dataset, "InstanceNumber"),
        original=image_type[:1] != ("DERIVED",),
    )


def _acquired_at(dataset: Dataset) -> str:
    """Return the acquisition time without its UTC offset; ContentDate and -Time only of an original image."""
    whole = _date_time(text(dataset, "AcquisitionDateTime"))
    if whole:
        return whole
    content = functional_group(dataset, 0, "FrameContentSequence")
    if content is not None and (whole := _date_time(text(content, "FrameAcquisitionDateTime"))):
        return whole
    pairs = [("AcquisitionDate", "AcquisitionTime")]
    if texts(dataset, "ImageType")[:1] == ("ORIGINAL",):
        pairs.append(("ContentDate", "ContentTime"))
    for day, time in pairs:
        if found := _date_time(text(dataset, day).replace(".", "") + text(dataset, time).replace(":", "")):
            return found
    return ""


def _date_time(written: str) -> str:
    """Return ``YYYYMMDDHHMMSS[.ffffff]``, trailing zeros of the fraction cut; empty where the time is missing."""
    found = _DATE_TIME.match(written)
    if not found or not found[2]:
        return ""
    whole, _, fraction = (found[1] + found[2]).partition(".")
    fraction = fraction.rstrip("0")
    return whole.ljust(_SECONDS_DIGITS, "0") + (f".{fraction}" if fraction else "")


def _geometry(dataset: Dataset) -> Geometry | None:
    rows, columns = _integer(dataset, "Rows"), _integer(dataset, "Columns")
    if not rows or not columns:
        return None
    measures = functional_group(dataset, 0, "PixelMeasuresSequence") or dataset
    orientation = functional_group(dataset, 0, "PlaneOrientationSequence") or dataset
    position = functional_group(dataset, 0, "PlanePositionSequence") or dataset
    spacing = numbers(measures, "PixelSpacing") or numbers(measures, "ImagerPixelSpacing")
    thickness = number(measures, "SliceThickness")
    return Geometry(
        rows=rows,
        columns=columns,
        spacing=_rounded(spacing),
        orientation=_rounded(_exactly(_COSINES, numbers(orientation, "ImageOrientationPatient"))),
        position=_rounded(_exactly(_COORDINATES, numbers(position, "ImagePositionPatient"))),
        slice_thickness=None if thickness is None else _rounded((thickness,))[0],
    )


def _exactly(count: int, values: tuple[float, ...]) -> tuple[float, ...]:
    return values if len(values) == count else ()


def _rounded(values: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(round(value, _DECIMALS) + 0.0 for value in values)


def _integer(dataset: Dataset, keyword: str) -> int | None:
    value = value_of(dataset, keyword)
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None
