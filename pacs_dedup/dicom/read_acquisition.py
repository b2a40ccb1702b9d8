"""Header -> Acquisition: what of an acquisition survives a transfer."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from pydicom.dataset import Dataset

from pacs_dedup.dicom.elements import number, numbers, text, texts, value_of
from pacs_dedup.dicom.flat_headers import flat_headers
from pacs_dedup.dicom.open_dataset import PARSE_ERRORS
from pacs_dedup.dicom.read_exposure import EXPOSURE_KEYWORDS, read_exposure
from pacs_dedup.dicom.read_processing import PROCESSING_KEYWORDS, read_kernel, read_processing
from pacs_dedup.dicom.read_uptake import read_uptake
from pacs_dedup.domain.acquisitions.facts import Acquisition, FrameFacts, Geometry

_PLACE: Final = (
    "Rows",
    "Columns",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "SliceThickness",
    "ImageOrientationPatient",
    "ImagePositionPatient",
)
_MOMENT: Final = (
    "FrameAcquisitionDateTime",
    "AcquisitionDateTime",
    "AcquisitionDate",
    "AcquisitionTime",
    "ContentDate",
    "ContentTime",
    "ImageType",
)
_OF_A_FRAME: Final = ("FrameLaterality", *_PLACE, *_MOMENT, *EXPOSURE_KEYWORDS, *PROCESSING_KEYWORDS)
_DATE_TIME: Final = re.compile(r"([0-9]{8})([0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:\.[0-9]{1,6})?)?)?)?")
_SECONDS_DIGITS: Final = 14
_DECIMALS: Final = 2
_COSINE_DECIMALS: Final = 4
"""An oblique slice that was cut keeps its place along the normal, to 0.01 mm over an arm's length, only with these."""
_COSINES: Final = 6
_COORDINATES: Final = 3


def read_acquisition(dataset: Dataset) -> Acquisition:
    """Read device, time, geometry and exposure; of an enhanced multi-frame object those of every frame."""
    headers = list(flat_headers(dataset, _OF_A_FRAME))
    image_type = tuple(value.upper() for value in texts(dataset, "ImageType"))
    first = headers[0]
    side = (text(dataset, "ImageLaterality") or text(dataset, "Laterality")).upper()
    return Acquisition(
        modality=text(dataset, "Modality").upper(),
        manufacturer=text(dataset, "Manufacturer"),
        model=text(dataset, "ManufacturerModelName"),
        device_serial=text(dataset, "DeviceSerialNumber"),
        acquired_at=_acquired_at(first),
        study_date=text(dataset, "StudyDate").replace(".", ""),
        event_uids=texts(dataset, "IrradiationEventUID") + texts(dataset, "AcquisitionUID"),
        frame_of_reference_uid=text(dataset, "FrameOfReferenceUID"),
        geometry=_geometry(first),
        exposure=read_exposure(first),
        kernel=read_kernel(first),
        protocol=text(dataset, "ProtocolName"),
        series_description=text(dataset, "SeriesDescription"),
        study_description=text(dataset, "StudyDescription"),
        accession_number=text(dataset, "AccessionNumber"),
        body_part=text(dataset, "BodyPartExamined").upper(),
        laterality=side if len(headers) > 1 else _laterality(side, first),
        patient_position=text(dataset, "PatientPosition").upper(),
        patient_orientation="\\".join(texts(dataset, "PatientOrientation")).upper(),
        view_position=text(dataset, "ViewPosition").upper(),
        image_type=image_type,
        instance_number=_integer(dataset, "InstanceNumber"),
        original=image_type[:1] != ("DERIVED",),
        station=text(dataset, "StationName"),
        processing=read_processing(first),
        procedure_codes=tuple(_codes(dataset, "ProcedureCodeSequence")),
        accession_issuer=_accession_issuer(dataset),
        frames=tuple(_frame(header, side) for header in headers) if len(headers) > 1 else (),
        view_codes=tuple(_view_codes(dataset)),
        uptake=read_uptake(dataset),
    )


def _frame(header: Dataset, side: str) -> FrameFacts:
    return FrameFacts(_acquired_at(header), _geometry(header), read_exposure(header), _laterality(side, header))


def _laterality(side: str, header: Dataset) -> str:
    """Return the side of one frame; both, where the functional groups contradict the top level."""
    told = (text(header, "FrameLaterality").upper(), side)
    return "\\".join(dict.fromkeys(filter(None, told)))


def _view_codes(dataset: Dataset) -> Iterator[str]:
    """Yield the views of a projection with their modifiers (PS3.3 C.8.11.7, C.8.21.1)."""
    for item in _items(dataset, "ViewCodeSequence"):
        if view := _code(item):
            yield "+".join([view, *sorted(filter(None, map(_code, _items(item, "ViewModifierCodeSequence"))))])


def _code(item: Dataset) -> str:
    """Return one code with its coding scheme; empty without a value (PS3.3 8.8)."""
    value = text(item, "CodeValue") or text(item, "LongCodeValue") or text(item, "URNCodeValue")
    return f"{value}@{text(item, 'CodingSchemeDesignator')}" if value else ""


def _codes(dataset: Dataset, keyword: str) -> Iterator[str]:
    """Yield the codes of a sequence, each with its coding scheme, without which it says nothing."""
    for item in _items(dataset, keyword):
        code, scheme = text(item, "CodeValue"), text(item, "CodingSchemeDesignator")
        if code and scheme:
            yield f"{code}@{scheme}"


def _accession_issuer(dataset: Dataset) -> str:
    """Return who assigned the accession number: the universal entity ID, else the local name (PS3.3 10.14)."""
    for item in _items(dataset, "IssuerOfAccessionNumberSequence"):
        return text(item, "UniversalEntityID") or text(item, "LocalNamespaceEntityID")
    return ""


def _items(dataset: Dataset, keyword: str) -> Iterable[Dataset]:
    found = value_of(dataset, keyword)
    try:
        return [item for item in found or () if isinstance(item, Dataset)]
    except (*PARSE_ERRORS, TypeError):
        return []


def _acquired_at(dataset: Dataset) -> str:
    """Return the acquisition time without its UTC offset; ContentDate and -Time only of an original image."""
    for keyword in ("FrameAcquisitionDateTime", "AcquisitionDateTime"):
        if whole := _date_time(text(dataset, keyword)):
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
    spacing = numbers(dataset, "PixelSpacing") or numbers(dataset, "ImagerPixelSpacing")
    thickness = number(dataset, "SliceThickness")
    return Geometry(
        rows=rows,
        columns=columns,
        spacing=_rounded(spacing),
        orientation=_rounded(_exactly(_COSINES, numbers(dataset, "ImageOrientationPatient")), _COSINE_DECIMALS),
        position=_rounded(_exactly(_COORDINATES, numbers(dataset, "ImagePositionPatient"))),
        slice_thickness=None if thickness is None else _rounded((thickness,))[0],
    )


def _exactly(count: int, values: tuple[float, ...]) -> tuple[float, ...]:
    return values if len(values) == count else ()


def _rounded(values: tuple[float, ...], decimals: int = _DECIMALS) -> tuple[float, ...]:
    return tuple(round(value, decimals) + 0.0 for value in values)


def _integer(dataset: Dataset, keyword: str) -> int | None:
    value = value_of(dataset, keyword)
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None
