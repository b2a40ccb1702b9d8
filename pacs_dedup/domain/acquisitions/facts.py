"""What of an acquisition survives a transfer: the device, the moment, the geometry and the exposure."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where a slice lies, lengths rounded to 0.01 and cosines to 0.0001 so that two encodings of one number are equal.

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

    @property
    def field(self) -> tuple[float, ...]:
        """Height and width of what the frame shows, mm; empty where the spacing is absent."""
        return (self.rows * self.spacing[0], self.columns * self.spacing[-1]) if self.spacing else ()


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What one frame of a multi-frame object says for itself in its functional groups (PS3.3 C.7.6.16).

    Attributes:
        acquired_at, geometry, exposure, laterality: as in `Acquisition`, for this frame.
    """

    acquired_at: str = ""
    geometry: Geometry | None = None
    exposure: tuple[tuple[str, float], ...] = ()
    laterality: str = ""


@dataclass(frozen=True, slots=True)
class Acquisition:
    """Facts about how one instance was acquired; empty strings and None where the header does not say.

    Attributes:
        acquired_at: acquisition date and time as ``YYYYMMDDHHMMSS[.ffffff]`` (AcquisitionDateTime, else
            AcquisitionDate and -Time, else ContentDate and -Time of an original image); of the first frame.
        study_date: (0008,0020), ``YYYYMMDD``.
        event_uids: IrradiationEventUID (0008,3010) and AcquisitionUID (0008,0017).
        exposure: pairs of keyword and value, sorted by keyword: KVP, Exposure, EchoTime, RepetitionTime and their like,
            under one keyword and in one unit however the object encodes them.
        laterality: ImageLaterality (0020,0062), else Laterality (0020,0060), and of one frame FrameLaterality
            (0020,9072); both where they contradict each other.
        patient_position, patient_orientation, view_position: (0018,5100), (0020,0020) and (0018,5101), as written.
        view_codes: of ViewCodeSequence (0054,0220), each with its modifiers.
        uptake: of positron emission, pairs of keyword and value by which standardised uptake is measured: weight and
            height of the patient, and what was injected when.
        kernel: ConvolutionKernel (0018,1210) or what stands for it in the modality.
        original: ImageType (0008,0008) value 1 is not DERIVED.
        station: StationName (0008,1010).
        processing: what else tells reconstructions and processings of the same raw data apart, pairs of keyword and
            value, sorted by keyword: reconstruction algorithm, filters, corrections, presentation intent.
        procedure_codes: of ProcedureCodeSequence (0008,1032), each as ``value@coding scheme``.
        accession_issuer: who assigned the accession number (0008,0051); empty where the header does not say.
        frames: what each frame says for itself; empty unless the object has functional groups and several frames.
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
    station: str = ""
    processing: tuple[tuple[str, str], ...] = ()
    procedure_codes: tuple[str, ...] = ()
    accession_issuer: str = ""
    frames: tuple[FrameFacts, ...] = ()
    view_codes: tuple[str, ...] = ()
    uptake: tuple[tuple[str, str], ...] = ()

    def laterality_of(self, frame: int) -> str:
        """Return on which side a frame (0-based) lies, by its own word where it has one."""
        own = self.frames[frame].laterality if frame < len(self.frames) else ""
        return own or self.laterality

    def acquired_at_of(self, frame: int) -> str:
        """Return when a frame (0-based) was acquired, by its own word where it has one."""
        own = self.frames[frame].acquired_at if frame < len(self.frames) else ""
        return own or self.acquired_at

    def geometry_of(self, frame: int) -> Geometry | None:
        """Return where a frame (0-based) lies; of an object that says nothing frame by frame its first frame's place.

        A classic multi-frame object has one position for all its frames, so only the first frame lies there.
        """
        if self.frames:
            return self.frames[frame].geometry if frame < len(self.frames) else None
        return self.geometry if frame == 0 else None

    @property
    def moments(self) -> frozenset[str]:
        """Acquisition times of all frames; the one of the object where no frame says its own."""
        return frozenset(filter(None, (f.acquired_at for f in self.frames))) or frozenset(
            filter(None, [self.acquired_at])
        )

    @property
    def by_frame(self) -> tuple["Acquisition", ...]:
        """The same facts as the slices of a classic series would hold them: one value for each frame."""
        if not self.frames:
            return (self,)
        return tuple(
            replace(
                self,
                acquired_at=f.acquired_at or self.acquired_at,
                geometry=f.geometry or self.geometry,
                exposure=f.exposure or self.exposure,
                frames=(),
            )
            for f in self.frames
        )
