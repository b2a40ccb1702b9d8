"""Series of images: phantom plus noise, with the acquisition facts of their modality."""

from dataclasses import dataclass

import numpy as np
from pydicom import Dataset
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    MRImageStorage,
    UltrasoundMultiFrameImageStorage,
)

from maker.encode import Instance, set_pixels
from maker.headers import (
    CR_QEH,
    CT_QEH,
    DX_PMH,
    MR_QEH,
    US_QEH,
    Device,
    Visit,
    put_acquisition,
    seconds_after,
    study_header,
)
from maker.noise import Plane, detector_noise, white_noise
from maker.phantoms import Subject, chest_film, head_slice, heart_sector, liver_slice

Series = tuple[Instance, ...]

TWELVE_BITS = 4095
RESCALE_INTERCEPT = -1024
_AXIAL = [1, 0, 0, 0, 1, 0]


@dataclass(frozen=True, slots=True)
class Shot:
    """What makes one acquisition different from the next.

    Attributes:
        noise: names the noise; another name is another exposure.
        seconds: when it began, after the time of the study.
        series: its number.
    """

    noise: str
    seconds: float = 95.0
    series: int = 2


def ct_series(
    visit: Visit,
    subject: Subject,
    shot: Shot,
    slices: range = range(5),
    device: Device = CT_QEH,
    *,
    signed: bool = True,
) -> Series:
    """Make a CT of the liver in 5 mm slices, 104 x 104, 12 bits, noise of 38 HU."""
    instances = []
    for number in slices:
        shape = (104, 104)
        hounsfield = liver_slice(subject, shape, -0.7 + 0.35 * number)
        hounsfield = hounsfield + 38.0 * detector_noise(f"{visit.story} {shot.noise} {number}", shape)
        dataset = study_header(visit, device, CTImageStorage, "CT", shot.series, number + 1)
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        dataset.BodyPartExamined, dataset.ProtocolName = "ABDOMEN", "Liver portal venous"
        dataset.SeriesDescription = "LIVER 5.0 B30f"
        put_acquisition(dataset, visit.date, seconds_after(visit.time, shot.seconds + 0.437 * number), 1)
        _put_ct_facts(dataset, visit, shot)
        _put_plane(dataset, visit, (-125.0, -125.0, -480.0 + 15.0 * number), 250.0 / shape[0], 5.0)
        dataset.SpacingBetweenSlices = "15"
        _put_display(dataset, "MONOCHROME2", 60, 400)
        dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = RESCALE_INTERCEPT, 1, "HU"
        stored = np.clip(np.rint(hounsfield) - RESCALE_INTERCEPT, 0, TWELVE_BITS)
        if signed:
            set_pixels(dataset, [stored.astype(np.int16)], 16, signed=True)
        else:
            set_pixels(dataset, [stored.astype(np.uint16)], 12)
        instances.append(Instance(dataset))
    return tuple(instances)


def _put_ct_facts(dataset: Dataset, visit: Visit, shot: Shot) -> None:
    dataset.KVP, dataset.ExposureTime, dataset.XRayTubeCurrent, dataset.Exposure = 120, 500, 212, 106
    dataset.ConvolutionKernel, dataset.FilterType, dataset.GantryDetectorTilt = "B30f", "BODY", 0
    dataset.ReconstructionDiameter, dataset.DataCollectionDiameter, dataset.TableHeight = 250, 500, 151.5
    dataset.PatientPosition = "HFS"
    dataset.IrradiationEventUID = visit.uid("event", shot.noise)


def _put_plane(
    dataset: Dataset, visit: Visit, position: tuple[float, float, float], spacing: float, thickness: float
) -> None:
    dataset.FrameOfReferenceUID = visit.uid("frame of reference")
    dataset.PositionReferenceIndicator = ""
    dataset.ImagePositionPatient = [f"{coordinate:.3f}" for coordinate in position]
    dataset.ImageOrientationPatient = _AXIAL
    dataset.PixelSpacing = [f"{spacing:.6f}"] * 2
    dataset.SliceThickness = dataset.SpacingBetweenSlices = f"{thickness:g}"
    dataset.SliceLocation = f"{position[2]:.3f}"


def _put_display(dataset: Dataset, photometric: str, centre: int, width: int) -> None:
    dataset.PhotometricInterpretation = photometric
    dataset.WindowCenter, dataset.WindowWidth = centre, width


def mr_series(visit: Visit, subject: Subject, shot: Shot, slices: range = range(5)) -> Series:
    """Make a T1 series of the head, 104 x 104, 12 bits, with Rician noise as magnitude images have it."""
    instances = []
    for number in slices:
        shape, name = (104, 104), f"{visit.story} {shot.noise} {number}"
        signal = head_slice(subject, shape, -0.7 + 0.35 * number)
        real, imaginary = (38.0 * detector_noise(f"{name} {part}", shape) for part in ("real", "imaginary"))
        magnitude = np.sqrt((signal + real) ** 2 + imaginary**2)
        dataset = study_header(visit, MR_QEH, MRImageStorage, "MR", shot.series, number + 1)
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND"]
        dataset.BodyPartExamined, dataset.ProtocolName = "HEAD", "t1_se_fs_tra"
        dataset.SeriesDescription = "T1 SE FS TRA 5mm"
        dataset.ScanningSequence, dataset.SequenceVariant, dataset.ScanOptions = "SE", "SK", ""
        dataset.MRAcquisitionType, dataset.MagneticFieldStrength = "2D", "3"
        dataset.RepetitionTime, dataset.EchoTime, dataset.FlipAngle = "550", "9.8", "90"
        dataset.EchoTrainLength, dataset.NumberOfAverages, dataset.ImagedNucleus = 1, "1", "1H"
        dataset.PatientPosition = "HFS"
        put_acquisition(dataset, visit.date, seconds_after(visit.time, shot.seconds + 0.11 * number), 1)
        _put_plane(dataset, visit, (-90.0, -90.0, -40.0 + 6.5 * number), 180.0 / shape[0], 5.0)
        dataset.SpacingBetweenSlices = "6.5"
        _put_display(dataset, "MONOCHROME2", 400, 800)
        set_pixels(dataset, [np.clip(np.rint(magnitude), 0, TWELVE_BITS).astype(np.uint16)], 12)
        instances.append(Instance(dataset))
    return tuple(instances)


def _film_values(visit: Visit, subject: Subject, shot: Shot, shape: tuple[int, int]) -> Plane:
    attenuation = chest_film(subject, shape)
    quantum = 55.0 + 55.0 * (1.0 - attenuation)
    return 350.0 + 3100.0 * attenuation + quantum * detector_noise(f"{visit.story} {shot.noise}", shape)


def dx_film(visit: Visit, subject: Subject, shot: Shot) -> Series:
    """Make one digital chest film, 176 x 176, 12 bits, MONOCHROME2."""
    dataset = study_header(visit, DX_PMH, DigitalXRayImageStorageForPresentation, "DX", shot.series, 1)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", ""]
    dataset.PresentationIntentType, dataset.PixelIntensityRelationship = "FOR PRESENTATION", "LOG"
    dataset.PixelIntensityRelationshipSign, dataset.ImageLaterality = -1, "U"
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.PatientOrientation = ["L", "F"]
    dataset.KVP, dataset.ExposureTime, dataset.XRayTubeCurrent, dataset.Exposure = 117, 6, 320, 2
    dataset.DistanceSourceToDetector, dataset.Grid = 1800, "FOCUSED"
    dataset.ImagerPixelSpacing = ["2.2", "2.2"]
    _put_film_facts(dataset, visit, shot, 0.731)
    _put_display(dataset, "MONOCHROME2", 2048, 3600)
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "US"
    values = _film_values(visit, subject, shot, (176, 176))
    set_pixels(dataset, [np.clip(np.rint(values), 0, TWELVE_BITS).astype(np.uint16)], 12)
    return (Instance(dataset),)


def cr_film(visit: Visit, subject: Subject, shot: Shot) -> Series:
    """Make one chest film from an imaging plate, 160 x 160, 10 bits, MONOCHROME1."""
    dataset = study_header(visit, CR_QEH, ComputedRadiographyImageStorage, "CR", shot.series, 1)
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.PatientOrientation, dataset.PlateType = ["L", "F"], "ST-VI"
    dataset.KVP, dataset.ExposureTime, dataset.XRayTubeCurrent, dataset.Exposure = 102, 10, 250, 3
    dataset.ImagerPixelSpacing = ["2.4", "2.4"]
    dataset.Sensitivity = "288"
    _put_film_facts(dataset, visit, shot, 0.25)
    _put_display(dataset, "MONOCHROME1", 511, 960)
    values = _film_values(visit, subject, shot, (160, 160)) / 4.0
    set_pixels(dataset, [np.clip(1023 - np.rint(values), 0, 1023).astype(np.uint16)], 10)
    return (Instance(dataset),)


def _put_film_facts(dataset: Dataset, visit: Visit, shot: Shot, fraction: float) -> None:
    dataset.BodyPartExamined, dataset.ViewPosition = "CHEST", "PA"
    dataset.ProtocolName, dataset.SeriesDescription = "W033 Chest PA", "Chest PA"
    dataset.CassetteOrientation = "PORTRAIT"
    put_acquisition(dataset, visit.date, seconds_after(visit.time, shot.seconds + fraction), 1)


def us_cine(visit: Visit, subject: Subject, shot: Shot, frames: int = 5) -> Series:
    """Make a colour cine of the heart, 96 x 112 RGB: speckle in grey, a flow box in red and blue, a grey bar."""
    dataset = study_header(visit, US_QEH, UltrasoundMultiFrameImageStorage, "US", shot.series, 1)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "", "0011"]
    dataset.BodyPartExamined, dataset.ProtocolName, dataset.SeriesDescription = "HEART", "Echo adult", "A4C colour"
    dataset.TransducerData, dataset.HeartRate = ["S5-1", "", ""], 72
    dataset.FrameTime, dataset.CineRate, dataset.FrameIncrementPointer = "33.3", 30, 0x00181063
    put_acquisition(dataset, visit.date, seconds_after(visit.time, shot.seconds + 0.502), 1)
    dataset.PhotometricInterpretation = "RGB"
    dataset.LossyImageCompression = "00"
    beats = [_us_frame(f"{visit.story} {shot.noise} {n}", subject, n / frames) for n in range(frames)]
    set_pixels(dataset, beats, 8)
    return (Instance(dataset),)


def _us_frame(name: str, subject: Subject, beat: float) -> np.ndarray:
    shape = (96, 112)
    echo, fan = heart_sector(subject, shape, beat)
    first, second = (detector_noise(f"{name} {part}", shape) for part in ("in phase", "quadrature"))
    speckle = np.sqrt(first * first + second * second) / 1.25
    grey = fan * echo * (0.45 + 0.55 * speckle)
    colour = np.repeat(np.clip(grey, 0, 255)[:, :, None], 3, axis=2)
    flow = 150.0 * (1.0 - 2.0 * beat) + 35.0 * white_noise(f"{name} flow", (30, 16))
    box = colour[30:60, 36:52]
    box[:, :, 0] = np.clip(box[:, :, 0] + np.maximum(flow, 0), 0, 255)
    box[:, :, 2] = np.clip(box[:, :, 2] + np.maximum(-flow, 0), 0, 255)
    colour[8:72, 104:108, :] = np.linspace(255, 0, 64)[:, None, None]
    return np.rint(colour).astype(np.uint8)
