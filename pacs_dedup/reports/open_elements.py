"""The header elements whose values may be printed as they stand: none of them has room for a person or an order.

What is not listed is hidden, so an element that nobody thought of stays hidden too.
"""

import re
from typing import Final

from pacs_dedup.domain.header import HeaderGroup


def is_open(keyword: str, group: HeaderGroup, text: str) -> bool:
    """Tell whether a value may be printed.

    Args:
        keyword: of PS3.6.
        group: where the element belongs.
        text: its value; a UID, a number or a count of items must look like one.
    """
    if keyword in _TECHNICAL:
        return True
    if group in (HeaderGroup.PATIENT, HeaderGroup.PRIVATE):
        return False
    if keyword.endswith("UID"):
        return bool(_UIDS.fullmatch(text))
    if keyword.endswith("Sequence"):
        return bool(_ITEMS.fullmatch(text))
    return group is HeaderGroup.ACQUISITION and not keyword.endswith("ID") and bool(_NUMBERS.fullmatch(text))


_UIDS: Final = re.compile(r"[0-9]+(\.[0-9]+)+(\\[0-9]+(\.[0-9]+)+)*")
_ITEMS: Final = re.compile(r"[0-9]+ items?(, differs in [A-Za-z0-9, ]+)?…?")
_NUMBERS: Final = re.compile(r"[-+]?[0-9][-+0-9.eE\\]*")
_WORDS: Final = """
    PatientSex IssuerOfPatientID TypeOfPatientID PatientIdentityRemoved
    StudyTime SeriesTime AcquisitionTime ContentTime InstanceCreationTime TimezoneOffsetFromUTC
    SeriesNumber InstanceNumber AcquisitionNumber TemporalPositionIdentifier InstanceOriginStatus
    Modality Laterality ImageLaterality BodyPartExamined PatientPosition PatientOrientation ViewPosition ImageType
    Manufacturer ManufacturerModelName DeviceSerialNumber SoftwareVersions StationName
    ConvolutionKernel FilterType ScanningSequence SequenceVariant ScanOptions MRAcquisitionType SequenceName
    ImagePositionPatient ImageOrientationPatient SliceLocation SliceThickness PixelSpacing ImagerPixelSpacing
    PresentationIntentType PresentationLUTShape VOILUTFunction WindowCenter WindowWidth RescaleIntercept RescaleSlope
    RescaleType Units DecayCorrection CorrectedImage QualityControlImage BurnedInAnnotation RecognizableVisualFeatures
    SpecificCharacterSet Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation PlanarConfiguration
    PhotometricInterpretation SamplesPerPixel NumberOfFrames PixelAspectRatio PixelPaddingValue
    PixelPaddingRangeLimit SmallestImagePixelValue LargestImagePixelValue LossyImageCompression
    LossyImageCompressionRatio LossyImageCompressionMethod
    PixelData FloatPixelData DoubleFloatPixelData ICCProfile ExtendedOffsetTable ExtendedOffsetTableLengths
    ImplementationVersionName SourceApplicationEntityTitle
"""
_TECHNICAL: Final = frozenset(_WORDS.split())
