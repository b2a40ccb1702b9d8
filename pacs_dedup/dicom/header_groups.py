"""Which group of the header an element belongs to, and what a difference in it may mean."""

from pydicom.datadict import keyword_for_tag
from pydicom.tag import BaseTag

from pacs_dedup.domain.header import DifferenceKind, HeaderGroup


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PATIENT_GROUP = 0x0010
_ACQUISITION_GROUP = 0x0018
_STUDY_GROUP = 0x0032
_FILE_META_GROUP = 0x0002

_STUDY = _words(
    """StudyInstanceUID StudyDate StudyTime StudyID StudyDescription AccessionNumber IssuerOfAccessionNumberSequence
    ReferringPhysicianName InstitutionName InstitutionAddress InstitutionalDepartmentName RequestAttributesSequence
    ProcedureCodeSequence NameOfPhysiciansReadingStudy PhysiciansOfRecord ReferencedStudySequence
    TimezoneOffsetFromUTC ConsultingPhysicianName"""
)
_SERIES = _words(
    """SeriesInstanceUID SeriesDate SeriesTime SeriesNumber SeriesDescription Modality OperatorsName
    PerformingPhysicianName PerformedProcedureStepID PerformedProcedureStepDescription
    PerformedProcedureStepStartDate PerformedProcedureStepStartTime PerformedProtocolCodeSequence
    ReferencedPerformedProcedureStepSequence Laterality BodyPartExamined ProtocolName StationName"""
)
_ACQUISITION = _words(
    """AcquisitionDate AcquisitionTime AcquisitionDateTime AcquisitionNumber AcquisitionUID IrradiationEventUID
    ContentDate ContentTime ImageType ImagePositionPatient ImageOrientationPatient FrameOfReferenceUID SliceLocation
    Manufacturer ManufacturerModelName PatientOrientation TemporalPositionIdentifier InstanceNumber"""
)
_IDENTITY = _words(
    """PatientName PatientID IssuerOfPatientID IssuerOfPatientIDQualifiersSequence PatientBirthDate PatientBirthTime
    PatientSex OtherPatientIDs OtherPatientIDsSequence OtherPatientNames PatientBirthName PatientMotherBirthName
    TypeOfPatientID"""
)
_COERCED = _words(
    """SOPInstanceUID StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID InstanceCreatorUID InstanceCreationDate
    InstanceCreationTime InstanceCoercionDateTime InstanceOriginStatus OriginalAttributesSequence SourceAETitle
    PerformedProcedureStepID StudyID StudyDescription SeriesDescription AccessionNumber
    IssuerOfAccessionNumberSequence ReferringPhysicianName InstitutionName InstitutionAddress
    InstitutionalDepartmentName StationName RequestAttributesSequence OperatorsName PerformingPhysicianName
    PhysiciansOfRecord NameOfPhysiciansReadingStudy ConsultingPhysicianName PatientComments PatientAddress
    RequestedProcedureDescription RequestingPhysician RequestingService ReferencedStudySequence
    ReferencedPerformedProcedureStepSequence ContributingEquipmentSequence StorageMediaFileSetUID
    ContributingSourcesSequence SourceImageSequence ReferencedImageSequence"""
)
_FORMAT = _words(
    """TransferSyntaxUID SpecificCharacterSet BitsAllocated BitsStored HighBit PixelRepresentation PlanarConfiguration
    PhotometricInterpretation LossyImageCompression LossyImageCompressionRatio LossyImageCompressionMethod
    SmallestImagePixelValue LargestImagePixelValue SamplesPerPixel NumberOfFrames
    PixelDataProviderURL ExtendedOffsetTable"""
)


def group_of(tag: BaseTag) -> HeaderGroup:
    """Return the group a reviewer looks for an element in."""
    keyword = keyword_for_tag(tag)
    if tag.is_private:
        return HeaderGroup.PRIVATE
    if tag.group == _PATIENT_GROUP:
        return HeaderGroup.PATIENT
    if keyword in _STUDY or tag.group == _STUDY_GROUP:
        return HeaderGroup.STUDY
    if keyword in _SERIES:
        return HeaderGroup.SERIES
    if keyword in _ACQUISITION or tag.group == _ACQUISITION_GROUP:
        return HeaderGroup.ACQUISITION
    return HeaderGroup.OTHER


def kind_of(tag: BaseTag) -> DifferenceKind:
    """Return what a difference in an element may mean, its values unseen."""
    keyword = keyword_for_tag(tag)
    if tag.is_private:
        return DifferenceKind.VENDOR
    if keyword in _IDENTITY:
        return DifferenceKind.IDENTITY
    if keyword in _COERCED:
        return DifferenceKind.COERCION
    if keyword in _FORMAT or tag.group == _FILE_META_GROUP:
        return DifferenceKind.FORMAT
    return DifferenceKind.CONTENT
