"""What every instance of a study says about the patient, the visit and the device."""

from dataclasses import dataclass, replace

from pydicom import Dataset
from pydicom.uid import UID

from maker.people import Hospital, Identity, make_uid


@dataclass(frozen=True, slots=True)
class Device:
    """The machine: manufacturer, model, serial number, station name, software."""

    manufacturer: str
    model: str
    serial: str
    station: str
    software: str


CT_QEH = Device("Samplex Medical", "Helix 64", "HX64-20417", "QECT1", "7.2.1")
CT_PMH = Device("Kowloon Imaging", "Axial One", "AO-000931", "PMCT2", "VA40C")
MR_QEH = Device("Kowloon Imaging", "Magneto 3T", "MG3-1188", "QEMR1", "E11")
CR_QEH = Device("Harbour Rays", "Plate 5", "P5-77310", "QECR3", "2.0")
DX_PMH = Device("Harbour Rays", "FlatPanel 43", "FP43-0555", "PMDX1", "5.1.9")
US_QEH = Device("Echo Lantau", "Sector 9", "S9-40021", "QEUS4", "R3.1")
WORKSTATION = Device("Lion Rock Software", "Reading Room", "LR-0007", "PMWS1", "11.4")


@dataclass(frozen=True, slots=True)
class Visit:
    """One study of one patient at one hospital.

    Attributes:
        story: name of the story, which all UIDs depend on.
        role: what the study is in the story; another role makes other UIDs.
        date: of study, series and acquisition, ``YYYYMMDD``.
        time: of the study, ``HHMMSS``; series and acquisitions follow it.
    """

    story: str
    role: str
    identity: Identity
    hospital: Hospital
    date: str
    time: str
    description: str

    def uid(self, *roles: object) -> UID:
        """Derive a UID that belongs to this study alone."""
        return make_uid(self.story, self.role, *roles)

    def at(self, role: str, time: str, date: str = "") -> "Visit":
        """Return the same patient's visit for another study."""
        return replace(self, role=role, time=time, date=date or self.date)


def seconds_after(time: str, seconds: float) -> str:
    """Add seconds to ``HHMMSS`` and give ``HHMMSS.ffffff`` (TM, PS3.5 6.2)."""
    total = int(time[:2]) * 3600 + int(time[2:4]) * 60 + int(time[4:6]) + seconds
    whole = int(total)
    micro = round((total - whole) * 1_000_000)
    return f"{whole // 3600:02d}{whole % 3600 // 60:02d}{whole % 60:02d}.{micro:06d}"


def put_identity(dataset: Dataset, identity: Identity) -> None:
    """Write who the patient is, in the characters that the identity declares."""
    name = identity.name
    if identity.name_bytes_as:
        name = name.encode(identity.name_bytes_as).decode("latin-1")
    dataset.SpecificCharacterSet = identity.charset
    dataset.PatientName = name
    dataset.PatientID = identity.patient_id
    dataset.PatientBirthDate = identity.birth_date
    dataset.PatientSex = identity.sex
    for keyword in ("IssuerOfPatientID", "OtherPatientIDsSequence"):
        if keyword in dataset:
            delattr(dataset, keyword)
    if identity.issuer:
        dataset.IssuerOfPatientID = identity.issuer
    if identity.other_ids:
        dataset.OtherPatientIDsSequence = [_other_id(*pair) for pair in identity.other_ids]


def _other_id(number: str, issuer: str) -> Dataset:
    item = Dataset()
    item.PatientID = number
    if issuer:
        item.IssuerOfPatientID = issuer
    item.TypeOfPatientID = "TEXT"
    return item


def put_site(dataset: Dataset, hospital: Hospital, order: str) -> None:
    """Write what a hospital puts in of its own: institution, accession number, study ID, referring physician."""
    dataset.InstitutionName = hospital.institution
    dataset.AccessionNumber = hospital.accession_of(order)
    dataset.StudyID = dataset.AccessionNumber[-5:]
    dataset.ReferringPhysicianName = f"{hospital.issuer} WARD"


def study_header(visit: Visit, device: Device, sop_class: UID, modality: str, series: int, number: int) -> Dataset:
    """Begin an instance: patient, study, series, equipment and SOP common modules."""
    dataset = Dataset()
    put_identity(dataset, visit.identity)
    put_site(dataset, visit.hospital, f"{visit.story} {visit.role}")
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = visit.uid("series", series, "instance", number)
    dataset.StudyInstanceUID = visit.uid()
    dataset.SeriesInstanceUID = visit.uid("series", series)
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = visit.date
    dataset.StudyTime = seconds_after(visit.time, 0)
    dataset.SeriesTime = seconds_after(visit.time, 60 * series)
    dataset.ContentTime = seconds_after(visit.time, 60 * series + number)
    dataset.InstanceCreationDate, dataset.InstanceCreationTime = visit.date, dataset.ContentTime
    dataset.StudyDescription = visit.description
    dataset.Modality = modality
    dataset.SeriesNumber, dataset.InstanceNumber = series, number
    dataset.Manufacturer, dataset.ManufacturerModelName = device.manufacturer, device.model
    dataset.DeviceSerialNumber, dataset.StationName = device.serial, device.station
    dataset.SoftwareVersions = device.software
    return dataset


def put_acquisition(dataset: Dataset, date: str, time: str, number: int) -> None:
    """Write when the image was acquired, with fractions of a second."""
    dataset.AcquisitionDate, dataset.AcquisitionTime = date, time
    dataset.AcquisitionDateTime = date + time
    dataset.AcquisitionNumber = number
