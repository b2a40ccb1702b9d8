"""The same frames in other objects: single frames to multi-frame and back, concatenations (P23)."""

import random
from collections.abc import Callable
from copy import deepcopy
from functools import partial

import numpy as np
from pydicom import Dataset
from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    LegacyConvertedEnhancedCTImageStorage,
    LegacyConvertedEnhancedMRImageStorage,
    MRImageStorage,
    MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
)

from benchmarks.simulator.model import Effect, Study, Transform, Uids, series_of, set_syntax
from benchmarks.simulator.pixel_data import decompressed, frames_of, is_grey, rescale_of, set_native, stored_values
from benchmarks.simulator.pixel_frames import frames_subset
from benchmarks.simulator.renew import uid_map

_MOVED = Effect(uids=Uids.ALL, headers=True, encoding=True, reorganised=True)
_SINGLE = {
    EnhancedMRImageStorage: MRImageStorage,
    EnhancedCTImageStorage: CTImageStorage,
    LegacyConvertedEnhancedMRImageStorage: MRImageStorage,
    LegacyConvertedEnhancedCTImageStorage: CTImageStorage,
    UltrasoundMultiFrameImageStorage: UltrasoundImageStorage,
}
_LEGACY = {
    CTImageStorage: LegacyConvertedEnhancedCTImageStorage,
    MRImageStorage: LegacyConvertedEnhancedMRImageStorage,
}
_SHARED, _PER_FRAME = "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"
_OF_A_SLICE = (
    "InstanceNumber",
    "SliceLocation",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "SliceThickness",
    "SpacingBetweenSlices",
    "WindowCenter",
    "WindowWidth",
    "WindowCenterWidthExplanation",
    "RescaleSlope",
    "RescaleIntercept",
    "RescaleType",
    "SmallestImagePixelValue",
    "LargestImagePixelValue",
)


def _group(**elements: object) -> list[Dataset]:
    item = Dataset()
    for keyword, value in elements.items():
        if value is not None:
            setattr(item, keyword, value)
    return [item]


def _stacked(study: Study, sop_class: str, generator: random.Random) -> Dataset:
    """Put all slices into one object of another class, with new Series and SOP Instance UIDs."""
    mapping = uid_map(generator)
    result = deepcopy(study[0])
    decompressed(result)
    set_native(result, np.concatenate([stored_values(dataset) for dataset in study]))
    result.NumberOfFrames = len(study)
    result.SOPClassUID = sop_class
    result.SOPInstanceUID = mapping(str(study[0].SOPInstanceUID))
    result.SeriesInstanceUID = mapping(str(study[0].SeriesInstanceUID))
    set_syntax(result, ExplicitVRLittleEndian)
    return result


def to_secondary_capture(study: Study, generator: random.Random) -> Study:
    """Make a multi-frame Secondary Capture of a series (PS3.3 A.8.3, A.8.4)."""
    byte = study[0].BitsAllocated == 8
    word = MultiFrameGrayscaleWordSecondaryCaptureImageStorage
    result = _stacked(study, MultiFrameGrayscaleByteSecondaryCaptureImageStorage if byte else word, generator)
    for keyword in _OF_A_SLICE[:4]:
        if keyword in result:
            del result[keyword]
    result.InstanceNumber, result.ConversionType = 1, "WSD"
    result.FrameIncrementPointer = 0x00181063
    result.FrameTime = 100
    return (result,)


def to_enhanced(study: Study, generator: random.Random) -> Study:
    """Convert a series to a legacy converted enhanced object that names its sources (PS3.3 A.70, A.71)."""
    result = _stacked(study, _LEGACY[study[0].SOPClassUID], generator)
    for keyword in _OF_A_SLICE:
        if keyword in result:
            del result[keyword]
    first = study[0]
    shared = Dataset()
    shared.PixelMeasuresSequence = _group(
        PixelSpacing=first.get("PixelSpacing"), SliceThickness=first.get("SliceThickness")
    )
    shared.PlaneOrientationSequence = _group(ImageOrientationPatient=first.get("ImageOrientationPatient"))
    setattr(result, _SHARED, [shared])
    setattr(result, _PER_FRAME, [_frame_groups(dataset, number) for number, dataset in enumerate(study, 1)])
    result.InstanceNumber = 1
    return (result,)


def _frame_groups(dataset: Dataset, number: int) -> Dataset:
    groups = Dataset()
    slope, intercept = rescale_of(dataset)
    groups.FrameContentSequence = _group(InStackPositionNumber=number, StackID="1", DimensionIndexValues=[1, number])
    groups.PlanePositionSequence = _group(ImagePositionPatient=dataset.get("ImagePositionPatient"))
    groups.PixelValueTransformationSequence = _group(
        RescaleSlope=f"{slope:.10g}", RescaleIntercept=f"{intercept:.10g}", RescaleType="US"
    )
    if dataset.get("WindowCenter") not in (None, ""):
        groups.FrameVOILUTSequence = _group(WindowCenter=dataset.WindowCenter, WindowWidth=dataset.WindowWidth)
    groups.ConversionSourceAttributesSequence = _group(
        ReferencedSOPClassUID=dataset.SOPClassUID, ReferencedSOPInstanceUID=dataset.SOPInstanceUID
    )
    return groups


def to_single_frames(study: Study, generator: random.Random) -> Study:
    """Take a multi-frame object apart; attributes of functional groups move to the top of each image."""
    mapping = uid_map(generator)
    return tuple(_single(d, frame, mapping) for d in study for frame in range(frames_of(d)))


def _single(dataset: Dataset, frame: int, mapping: Callable[[str], str]) -> Dataset:
    result = frames_subset(dataset, [frame])
    for name in (_SHARED, _PER_FRAME):
        for group in result.get(name) or ():
            for macro in group:
                for item in macro.value if macro.VR == "SQ" else ():
                    result.update(item)
        if name in result:
            del result[name]
    for keyword in ("NumberOfFrames", "FrameIncrementPointer", "FrameTime", "FrameTimeVector"):
        if keyword in result:
            del result[keyword]
    result.SOPClassUID = _SINGLE[dataset.SOPClassUID]
    result.SOPInstanceUID = mapping(f"{dataset.SOPInstanceUID} frame {frame}")
    result.SeriesInstanceUID = mapping(str(dataset.SeriesInstanceUID))
    result.InstanceNumber = frame + 1
    set_syntax(result, ExplicitVRLittleEndian)
    return result


def to_concatenation(study: Study, generator: random.Random) -> Study:
    """Break each multi-frame object into two parts that name their whole (PS3.3 C.7.6.16.2.2.4)."""
    mapping, parts = uid_map(generator), []
    for dataset in study:
        count = frames_of(dataset)
        for number, frames in enumerate((range(count // 2), range(count // 2, count)), 1):
            part = frames_subset(dataset, frames)
            part.ConcatenationUID = mapping(f"concatenation {dataset.SOPInstanceUID}")
            part.SOPInstanceUIDOfConcatenationSource = dataset.SOPInstanceUID
            part.InConcatenationNumber, part.InConcatenationTotalNumber = number, 2
            part.ConcatenationFrameOffsetNumber = frames[0]
            part.SOPInstanceUID = mapping(f"part {number} {dataset.SOPInstanceUID}")
            set_syntax(part, ExplicitVRLittleEndian)
            parts.append(part)
    return tuple(parts)


def _stackable(study: Study, *, unsigned: bool) -> bool:
    if len(study) < 2 or len(series_of(study)) > 1 or not is_grey(study) or any(frames_of(d) > 1 for d in study):
        return False
    layout = ("Rows", "Columns", "BitsStored", "BitsAllocated", "PixelRepresentation", "PhotometricInterpretation")
    alike = all(d.get(keyword) == study[0].get(keyword) for d in study for keyword in layout)
    return alike and not (unsigned and (study[0].PixelRepresentation or len({rescale_of(d) for d in study}) > 1))


def _legacy(study: Study) -> bool:
    return _stackable(study, unsigned=False) and study[0].SOPClassUID in _LEGACY


def _framed(study: Study) -> bool:
    return all(frames_of(d) > 1 and d.SOPClassUID in _SINGLE for d in study)


def _enhanced(study: Study) -> bool:
    return _framed(study) and all(d.SOPClassUID != UltrasoundMultiFrameImageStorage for d in study)


_SHOWN_OTHERWISE = _MOVED.but(also=frozenset({"presentation_twin"}))
"""Slices that had windows of their own are shown with that of the first in a Secondary Capture, and a frame that is
taken out of its object loses the sequence in which its real world values are mapped: equal values, shown otherwise."""

OBJECTS: tuple[Transform, ...] = tuple(
    Transform(name, "structure", lossless=True, expected=expected, apply=apply, fits=fits)
    for name, expected, apply, fits in (
        ("multiframe_secondary_capture", _SHOWN_OTHERWISE, to_secondary_capture, partial(_stackable, unsigned=True)),
        ("enhanced_converted", _MOVED, to_enhanced, _legacy),
        ("single_frames", _SHOWN_OTHERWISE, to_single_frames, _framed),
        ("concatenated", _MOVED, to_concatenation, _enhanced),
    )
)
"""P23."""
