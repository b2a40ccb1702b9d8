"""Stories in which pixels are written in another way: planes, inversion, rescale, frames, or torn off."""

from collections.abc import Callable

import numpy as np
from pydicom import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, EnhancedMRImageStorage, JPEGLSLossless

from maker.changes import copied, in_syntaxes, reconciled, reissued, with_pixels
from maker.encode import Instance, frames_of, set_pixels, torn
from maker.headers import Visit
from maker.images import RESCALE_INTERCEPT, TWELVE_BITS, Series, Shot, cr_film, ct_series, dx_film, mr_series, us_cine
from maker.people import PEOPLE, PMH, QEH, Person, make_uid, with_hkid
from maker.phantoms import Subject
from maker.story import Expect, Sending, Story


def _copy(series: Series, name: str, person: Person) -> Series:
    return reconciled(reissued(series, name, "copy"), with_hkid(person), PMH, name)


def _set(keyword: str, value: object) -> Callable[[Dataset], None]:
    def change(dataset: Dataset) -> None:
        setattr(dataset, keyword, value)

    return change


def ultrasound_planes() -> Story:
    """A colour cine comes back with its colours in planes."""
    name, person = "20-ultrasound-planes", PEOPLE[21]
    visit = Visit(name, "us", with_hkid(person), QEH, "20260328", "154500", "US HEART")
    cine = us_cine(visit, Subject(person.latin), Shot("first"))

    def by_plane(dataset: Dataset) -> None:
        planes = [np.ascontiguousarray(frame.transpose(2, 0, 1)) for frame in frames_of(dataset)]
        dataset.PixelData = b"".join(plane.tobytes() for plane in planes)
        dataset.PlanarConfiguration = 1

    return Story(
        name,
        "An ultrasound cine with its colours stored by plane",
        "A colour cine of the heart comes again under new UIDs. Red, green and blue are stored one after the other "
        "instead of pixel by pixel; every picture of the loop is the same.",
        "US phantom, five RGB frames; Planar Configuration 1 instead of 0.",
        (
            Sending("01-qeh", QEH.ae_title, cine),
            Sending("02-pmh", PMH.ae_title, copied(_copy(cine, name, person), by_plane)),
        ),
        Expect("exact_copy", "flag", "same", ("frame_digests",), "quarantine"),
    )


REWRITTEN = "Held back by no site: numbers that were written anew may correct wrong ones."


def inverted_film() -> Story:
    """A film comes back with its grey values inverted, and says so."""
    name, person = "21-inverted-film", PEOPLE[22]
    visit = Visit(name, "dx", with_hkid(person), PMH, "20260330", "070809", "XR CHEST PA")
    film = dx_film(visit, Subject(person.latin), Shot("first"))
    copy = with_pixels(
        reconciled(reissued(film, name, "copy"), with_hkid(person), QEH, name), lambda frame: TWELVE_BITS - frame, 12
    )
    copy = copied(
        copied(copy, _set("PhotometricInterpretation", "MONOCHROME1")), _set("PresentationLUTShape", "INVERSE")
    )
    copy = copied(copy, _set("WindowCenter", TWELVE_BITS - 2048))
    return Story(
        name,
        "A film with its grey values turned round",
        "An import wrote the chest film with black and white exchanged in the numbers, and exchanged again in the "
        "header: on the screen it looks the same. Not one stored number is equal, the picture is.",
        "DX phantom; MONOCHROME1 with 4095 - value instead of MONOCHROME2.",
        (Sending("01-pmh", PMH.ae_title, film), Sending("02-qeh", QEH.ae_title, copy)),
        Expect("exact_copy", "flag", "same", ("value_digests",), quiet=REWRITTEN),
    )


def rescaled_ct() -> Story:
    """A CT comes back as unsigned numbers with an intercept instead of signed Hounsfield units."""
    name, person = "22-rescaled-ct", PEOPLE[23]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260331", "193000", "CT ABDOMEN")
    stored = ct_series(visit, Subject(person.latin), Shot("first"), signed=False)
    hounsfield = with_pixels(
        stored, lambda frame: frame.astype(np.int16) + np.int16(RESCALE_INTERCEPT), 16, signed=True
    )
    return Story(
        name,
        "A CT written in other numbers",
        "The first sending stores signed Hounsfield units. The copy stores unsigned numbers and the rule to subtract "
        "1024. The measured values are the same in every pixel, the stored numbers in none.",
        "CT phantom; 16 bits signed with intercept 0 against 12 bits unsigned with intercept -1024.",
        (
            Sending("01-qeh", QEH.ae_title, copied(hounsfield, _set("RescaleIntercept", 0))),
            Sending("02-pmh", PMH.ae_title, _copy(stored, name, person)),
        ),
        Expect("exact_copy", "flag", "same", ("value_digests",), quiet=REWRITTEN),
    )


def multi_frame() -> Story:
    """Single slices come back as one enhanced multi-frame object."""
    name, person = "24-multi-frame", PEOPLE[26]
    visit = Visit(name, "mr", with_hkid(person), QEH, "20260405", "103000", "MR BRAIN")
    series = mr_series(visit, Subject(person.latin), Shot("first"))
    return Story(
        name,
        "Single slices come back as one multi-frame object",
        "Five slices of a head MR come again as one enhanced object with five frames, under new UIDs. Frame by frame "
        "the pixels are the same.",
        "MR phantom; five MR images against one Enhanced MR image with five frames.",
        (
            Sending("01-qeh", QEH.ae_title, series),
            Sending("02-pmh", PMH.ae_title, (_enhanced(_copy(series, name, person)),)),
        ),
        Expect("exact_copy", "flag", "same", ("frame_digests",), "quarantine"),
    )


def multi_frame_windows() -> Story:
    """Slices with a window each come back as one enhanced multi-frame object that keeps these windows."""
    name, person = "37-multi-frame-own-windows", PEOPLE[38]
    visit = Visit(name, "mr", with_hkid(person), QEH, "20260430", "170500", "MR BRAIN")
    slices = mr_series(visit, Subject(person.latin), Shot("first"), range(2))
    series = in_syntaxes(
        tuple(_with_window(i, 380 + 20 * n, 740 + 40 * n) for n, i in enumerate(slices)), (JPEGLSLossless,)
    )
    joined = _enhanced(_copy(series, name, person), own_windows=True)
    return Story(
        name,
        "Single slices with a window each come back as one multi-frame object",
        "The scanner gave each slice of a head MR a window of its own. An archive joins them to one enhanced object, "
        "under new UIDs, and writes each window to its frame. Frame by frame it is the same picture, shown the same "
        "way.",
        "MR phantom; two MR images (JPEG-LS) against one Enhanced MR image (deflated) with a Frame VOI LUT each.",
        (
            Sending("01-qeh", QEH.ae_title, series),
            Sending("02-pmh", PMH.ae_title, in_syntaxes((joined,), (DeflatedExplicitVRLittleEndian,))),
        ),
        Expect("exact_copy", "flag", "same", ("frame_digests",), "quarantine"),
    )


def _with_window(instance: Instance, centre: int, width: int) -> Instance:
    (changed,) = copied(copied((instance,), _set("WindowCenter", centre)), _set("WindowWidth", width))
    return changed


_MOVED_TO_GROUPS = (
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "SliceThickness",
    "SpacingBetweenSlices",
    "WindowCenter",
    "WindowWidth",
)


def _enhanced(series: Series, *, own_windows: bool = False) -> Instance:
    """Join single frames into one object with functional groups (PS3.3 A.36, C.7.6.16)."""
    first = series[0].dataset
    joined = copied(series[:1], _set("SOPClassUID", EnhancedMRImageStorage))[0].dataset
    joined.SOPInstanceUID = make_uid("enhanced", first.SOPInstanceUID)
    joined.InstanceNumber = 1
    joined.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    shared, frames = _shared_groups(first), [_frame_groups(n, i.dataset) for n, i in enumerate(series, 1)]
    for groups, single in zip(frames, series, strict=True) if own_windows else [(shared, series[0])]:
        groups.FrameVOILUTSequence = [_window(single.dataset)]
    joined.SharedFunctionalGroupsSequence, joined.PerFrameFunctionalGroupsSequence = [shared], frames
    for keyword in (*_MOVED_TO_GROUPS, "SliceLocation"):
        delattr(joined, keyword)
    set_pixels(joined, [frame for instance in series for frame in frames_of(instance.dataset)], 12)
    return Instance(joined)


def _shared_groups(first: Dataset) -> Dataset:
    measures, orientation, groups = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = first.PixelSpacing, first.SliceThickness
    measures.SpacingBetweenSlices = first.SpacingBetweenSlices
    orientation.ImageOrientationPatient = first.ImageOrientationPatient
    groups.PixelMeasuresSequence, groups.PlaneOrientationSequence = [measures], [orientation]
    return groups


def _window(single: Dataset) -> Dataset:
    window = Dataset()
    window.WindowCenter, window.WindowWidth = single.WindowCenter, single.WindowWidth
    return window


def _frame_groups(number: int, single: Dataset) -> Dataset:
    content, position, groups = Dataset(), Dataset(), Dataset()
    content.FrameAcquisitionNumber, content.StackID, content.InStackPositionNumber = 1, "1", number
    content.FrameAcquisitionDateTime = single.AcquisitionDateTime
    content.DimensionIndexValues = [1, number]
    position.ImagePositionPatient = single.ImagePositionPatient
    groups.FrameContentSequence, groups.PlanePositionSequence = [content], [position]
    return groups


def truncated() -> Story:
    """The copy's compressed pixels are torn off."""
    name, person = "25-truncated", PEOPLE[27]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260407", "235100", "XR CHEST PA")
    film = cr_film(visit, Subject(person.latin), Shot("first"))
    copy = torn(in_syntaxes(_copy(film, name, person), (JPEGLSLossless,)), 0.4)
    return Story(
        name,
        "Pixels that can not be read",
        "A disc was damaged: the compressed pixels of the second sending end after less than half. Nothing can be said "
        "about them. The study is kept and passed on, and shown as not examined.",
        "CR phantom; a JPEG-LS code stream cut after 40 percent.",
        (Sending("01-qeh", QEH.ae_title, film), Sending("02-pmh", PMH.ae_title, copy)),
        Expect("undigestable", "accept", "same", ("unreadable",), quiet="Counted as not examined; never held back."),
    )


STORIES = (ultrasound_planes, inverted_film, rescaled_ct, multi_frame, multi_frame_windows, truncated)
