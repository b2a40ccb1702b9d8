"""What of an acquisition survives a transfer: the device, the moment, the geometry and the exposure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where a slice lies, rounded to 0.01 so that two encodings of one number are equal.

    Attributes:
        rows, columns: of one frame, in pixels.
        spacing: row and column spacing, mm.
        orientation: ImageOrientationPatient (0020,0037), six direction cosines; empty where absent or malformed.
        position: ImagePositionPatient (0020,0032) of the first frame, three numbers in mm; empty where absent.
        slice_thickness: (0018,0050), mm.
    """

    rows: int
    columns: int
    spacing: tuple[float, ...] = ()
    orientation: tuple[float, ...] = ()
    position: tuple[float, ...] = ()
    slice_thickness: float | None = None

    @property
    def along_normal(self) -> float | None:
        """Distance of the slice from the origin along its normal, mm; None where position or orientation is absent."""
        if not self.orientation or not self.position:
            return None
        rx, ry, rz, cx, cy, cz = self.orientation
        normal = (ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx)
        return sum(n * p for n, p in zip(normal, self.position, strict=True))


@dataclass(frozen=True, slots=True)
class Acquisition:
    """Facts about how one instance was acquired; empty strings and None where the header does not say.

    Attributes:
        acquired_at: acquisition date and time as ``YYYYMMDDHHMMSS[.ffffff]`` (AcquisitionDateTime, else
            AcquisitionDate and -Time, else ContentDate and -Time of an original image).
        study_date: (0008,0020), ``YYYYMMDD``.
        event_uids: IrradiationEventUID (0008,3010) and AcquisitionUID (0008,0017).
        exposure: pairs of keyword and value, sorted by keyword: KVP, Exposure, EchoTime, RepetitionTime and their like.
        patient_position, patient_orientation, view_position: (0018,5100), (0020,0020) and (0018,5101), as written.
        kernel: ConvolutionKernel (0018,1210) or what stands for it in the modality.
        original: ImageType (0008,0008) value 1 is not DERIVED.
    """

    modality: str = ""
    manufacturer: str = ""
    model: str = ""
    device_serial: str = ""
    acquired_at: str = ""
    study_date: str = ""
    event_uids: tuple[str, ...] = ()
    frame_of_reference_uid: str = ""
    geometry: Geometry | None = None
    exposure: tuple[tuple[str, float], ...] = ()
    kernel: str = ""
    protocol: str = ""
    series_description: str = ""
    study_description: str = ""
    accession_number: str = ""
    body_part: str = ""
    laterality: str = ""
    patient_position: str = ""
    patient_orientation: str = ""
    view_position: str = ""
    image_type: tuple[str, ...] = ()
    instance_number: int | None = None
    original: bool = True
