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
        text: its value; a UID, a measure or a count of items must look like one too.
    """
    if keyword in _TECHNICAL:
        return True
    if group in (HeaderGroup.PATIENT, HeaderGroup.PRIVATE):
        return False
    if keyword.endswith("UID"):
        return bool(_UIDS.fullmatch(text))
    if keyword.endswith("Sequence"):
        return bool(_ITEMS.fullmatch(text))
    return keyword in MEASURES and bool(_NUMBERS.fullmatch(text))


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
_MEASURED: Final = """
    KVP Exposure ExposureTime ExposureInuAs ExposureInmAs ExposureTimeInuS ExposureTimeInms XRayTubeCurrent
    XRayTubeCurrentInuA XRayTubeCurrentInmA RelativeXRayExposure ExposureIndex TargetExposureIndex DeviationIndex
    AveragePulseWidth ImageAndFluoroscopyAreaDoseProduct GeneratorPower FocalSpots CTDIvol SAR dBdt B1rms
    WaterEquivalentDiameter EstimatedDoseSaving Sensitivity BodyPartThickness CompressionForce CompressionPressure
    ReconstructionDiameter DataCollectionDiameter DistanceSourceToDetector DistanceSourceToPatient
    DistanceSourceToIsocenter EstimatedRadiographicMagnificationFactor GantryDetectorTilt GantryDetectorSlew TableHeight
    TableTraverse TableSpeed TableFeedPerRotation TablePosition TubeAngle RevolutionTime SpiralPitchFactor
    SingleCollimationWidth TotalCollimationWidth DataCollectionCenterPatient ReconstructionTargetCenterPatient
    ReconstructionFieldOfView ReconstructionAngle ReconstructionPixelSpacing ScanLength ScanVelocity
    SpacingBetweenSlices SpatialResolution RepetitionTime EchoTime EffectiveEchoTime InversionTime InversionTimes
    NumberOfAverages ImagingFrequency TransmitterFrequency EchoNumbers MagneticFieldStrength NumberOfPhaseEncodingSteps
    EchoTrainLength PercentSampling PercentPhaseFieldOfView PixelBandwidth AcquisitionMatrix FlipAngle SpectralWidth
    DiffusionBValue DiffusionGradientOrientation ParallelReductionFactorInPlane AcquisitionDuration SlabThickness
    TriggerTime NominalInterval LowRRValue HighRRValue IntervalsAcquired IntervalsRejected HeartRate
    CardiacNumberOfImages TriggerWindow ContrastBolusVolume ContrastBolusTotalDose ContrastFlowRate ContrastFlowDuration
    ContrastBolusIngredientConcentration FrameTime FrameTimeVector FrameDelay CineRate ActualFrameDuration
    PreferredPlaybackSequencing EffectiveDuration FieldOfViewDimensions FieldOfViewOrigin FieldOfViewRotation
    IntensifierSize NominalScannedPixelSpacing PositionerPrimaryAngle PositionerSecondaryAngle ColumnAngulation
    TomoLayerHeight TomoAngle TomoTime NumberOfTomosynthesisSourceImages DetectorTemperature DetectorBinning
    DetectorElementPhysicalSize DetectorElementSpacing DetectorActiveDimensions DetectorActiveOrigin GridAspectRatio
    GridPitch GridPeriod GridFocalDistance FilterThicknessMinimum FilterThicknessMaximum ShutterLeftVerticalEdge
    ShutterRightVerticalEdge ShutterUpperHorizontalEdge ShutterLowerHorizontalEdge CenterOfCircularShutter
    RadiusOfCircularShutter ShutterPresentationValue CollimatorLeftVerticalEdge CollimatorRightVerticalEdge
    CollimatorUpperHorizontalEdge CollimatorLowerHorizontalEdge CenterOfCircularCollimator RadiusOfCircularCollimator
    RadiopharmaceuticalVolume RadionuclideTotalDose RadionuclideHalfLife RadionuclidePositronFraction ScanArc
    AngularStep AngularPosition RadialPosition CountsAccumulated CountRate NumberOfIterations NumberOfSubsets
    DepthOfScanField FocusDepth MechanicalIndex BoneThermalIndex CranialThermalIndex SoftTissueThermalIndex
    DynamicRange TotalGain TransducerFrequency PulseRepetitionFrequency DopplerCorrectionAngle SteeringAngle
    PhysicalDeltaX PhysicalDeltaY
"""
MEASURES: Final = frozenset(_MEASURED.split())
"""Numbers of the acquisition; a telephone number in a comment looks like one too, so only these are measures."""
