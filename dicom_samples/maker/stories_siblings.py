"""Stories of studies that belong together without one being a mere copy of the other."""

from itertools import pairwise

import numpy as np
from pydicom import Dataset

from maker.changes import copied, reconciled, reissued
from maker.encode import Instance, frames_of, set_pixels
from maker.headers import Visit, put_site
from maker.images import TWELVE_BITS, Series, Shot, cr_film, ct_series, dx_film, mr_series
from maker.noise import smooth
from maker.people import PEOPLE, PMH, QEH, make_uid, with_hkid
from maker.phantoms import Subject
from maker.story import Expect, Sending, Story


def overlap() -> Story:
    """Each side has what the other lacks."""
    name, person = "27-overlap", PEOPLE[28]
    visit = Visit(name, "mr", with_hkid(person), QEH, "20260410", "112233", "MR BRAIN")
    series = mr_series(visit, Subject(person.latin), Shot("first"))
    return Story(
        name,
        "Two incomplete versions of one study",
        "Slices 1 to 3 are known; slices 2 to 5 come under new UIDs. Two are on both sides, and each side has what the "
        "other lacks. Neither may go before somebody has put them together.",
        "MR phantom of five slices, cut into overlapping parts.",
        (
            Sending("01-qeh", QEH.ae_title, series[:3]),
            Sending(
                "02-pmh", PMH.ae_title, reconciled(reissued(series[1:], name, "copy"), with_hkid(person), PMH, name)
            ),
        ),
        Expect("overlap", "flag", "same", ("frame_digests",)),
    )


def other_reconstruction() -> Story:
    """The same exposure is reconstructed with a sharper kernel."""
    name, person = "28-other-reconstruction", PEOPLE[29]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260411", "084500", "CT ABDOMEN")
    soft = ct_series(visit, Subject(person.latin), Shot("first"))

    def sharpen(dataset: Dataset) -> None:
        values = frames_of(dataset)[0].astype(np.float64)
        sharp = np.rint(values + 5.0 * (values - smooth(values)))
        set_pixels(dataset, [np.clip(sharp, 0, TWELVE_BITS).astype(np.int16)], 16, signed=True)
        dataset.ConvolutionKernel, dataset.SeriesDescription, dataset.SeriesNumber = "B60f", "LIVER 5.0 B60f", 3

    sharp = reissued(copied(soft, sharpen), name, "later", keep=("FrameOfReferenceUID", "IrradiationEventUID"))
    return Story(
        name,
        "The same exposure, reconstructed with a sharper kernel",
        "Next morning the raw data are reconstructed once more, with a sharper kernel, and sent as a study of its own. "
        "Noise and anatomy are of one exposure, yet the image shows something else: it belongs beside the first.",
        "CT phantom with noise; sharpened as a bone kernel does, same exposure and frame of reference.",
        (Sending("01-qeh", QEH.ae_title, soft), Sending("02-qeh-later", QEH.ae_title, sharp)),
        Expect("other_reconstruction", "link", "same", ("kernel",)),
    )


def procedure_split() -> Story:
    """One acquisition answers two orders (PS3.17 J.4.2)."""
    name, person = "29-procedure-split", PEOPLE[30]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260413", "141200", "CT UPPER ABDOMEN")
    step = make_uid(name, "performed procedure step")
    acquired = ct_series(visit, Subject(person.latin), Shot("first"))
    upper = copied(acquired, lambda dataset: _performed(dataset, step))

    def for_other_order(dataset: Dataset) -> None:
        put_site(dataset, QEH, f"{name} second order")
        dataset.StudyDescription = "CT LOWER CHEST"

    kept = ("FrameOfReferenceUID", "IrradiationEventUID", "ReferencedSOPInstanceUID")
    lower = reissued(copied(upper, for_other_order), name, "second order", keep=kept)
    return Story(
        name,
        "One exposure for two orders",
        "Two examinations had been ordered, and one scan answered both. The machine filed the images twice, each under "
        "its own order, as the standard describes. Both are needed for reports and bills: linked, not flagged.",
        "CT phantom; the same pixels under two studies of one hospital with two accession numbers.",
        (Sending("01-qeh", QEH.ae_title, upper), Sending("02-qeh-order", QEH.ae_title, lower)),
        Expect("procedure_split", "link", "same", ("frame_digests",)),
    )


def _performed(dataset: Dataset, step: str) -> None:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = "1.2.840.10008.3.1.2.3.3", step
    dataset.ReferencedPerformedProcedureStepSequence = [item]


def presentation_twin() -> Story:
    """The same numbers come with black and white exchanged in the header alone."""
    name, person = "30-wrong-way-round", PEOPLE[31]
    visit = Visit(name, "dx", with_hkid(person), PMH, "20260414", "062000", "XR CHEST PA")
    film = dx_film(visit, Subject(person.latin), Shot("first"))

    def relabel(dataset: Dataset) -> None:
        dataset.PhotometricInterpretation, dataset.PresentationLUTShape = "MONOCHROME1", "INVERSE"

    copy = copied(reconciled(reissued(film, name, "copy"), with_hkid(person), QEH, name), relabel)
    return Story(
        name,
        "The same numbers, shown black for white",
        "A film comes again under new UIDs with the same stored numbers, but the header now says that low is white. "
        "On the screen it is a negative. One of the two headers is wrong, and somebody has to look.",
        "DX phantom; MONOCHROME1 in the header instead of MONOCHROME2, pixels untouched.",
        (Sending("01-pmh", PMH.ae_title, film), Sending("02-qeh", QEH.ae_title, copy)),
        Expect("presentation_twin", "flag", "same", ("frame_digests", "presentation")),
    )


def overlay_mark() -> Story:
    """The copy has a mark in an overlay plane that the first version lacks."""
    name, person = "33-mark-in-overlay", PEOPLE[34]
    visit = Visit(name, "cr", with_hkid(person), QEH, "20260422", "113000", "XR CHEST PA")
    film = cr_film(visit, Subject(person.latin), Shot("first"))
    return Story(
        name,
        "The same film with a mark drawn over it",
        "A chest film comes again under new UIDs with the same pixels, but a reader has drawn a frame around "
        "something, in a plane of its own above the image. The mark is new information: to be flagged with the "
        "difference.",
        "CR phantom; an overlay plane of one bit (group 6000) in the copy.",
        (
            Sending("01-qeh", QEH.ae_title, film),
            Sending(
                "02-pmh",
                PMH.ae_title,
                copied(reconciled(reissued(film, name, "copy"), with_hkid(person), PMH, name), _draw_frame),
            ),
        ),
        Expect("presentation_twin", "flag", "same", ("frame_digests", "overlays")),
    )


def _draw_frame(dataset: Dataset) -> None:
    """Add an overlay plane (PS3.3 C.9.2)."""
    plane = np.zeros((dataset.Rows, dataset.Columns), np.uint8)
    plane[60:84, 40:70] = 1
    plane[62:82, 42:68] = 0
    dataset.add_new(0x60000010, "US", dataset.Rows)
    dataset.add_new(0x60000011, "US", dataset.Columns)
    dataset.add_new(0x60000040, "CS", "G")
    dataset.add_new(0x60000050, "SS", [1, 1])
    dataset.add_new(0x60000100, "US", 1)
    dataset.add_new(0x60000102, "US", 0)
    dataset.add_new(0x60003000, "OW", np.packbits(plane, bitorder="little").tobytes())


def derived() -> Story:
    """A workstation computes a coronal reformat that names its source images."""
    name, person = "31-derived-reformat", PEOPLE[33]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260416", "181818", "CT ABDOMEN")
    series = ct_series(visit, Subject(person.latin), Shot("first"))
    return Story(
        name,
        "A coronal view computed from known slices",
        "A workstation computed a coronal view of a known CT and sends it as a study of its own. It names the slices "
        "it was made of: it belongs beside them.",
        "CT phantom; a coronal slab, interpolated between five slices, with Source Image Sequence.",
        (
            Sending("01-qeh", QEH.ae_title, series),
            Sending("02-pmh", PMH.ae_title, (_coronal(series, name),)),
        ),
        Expect("derived", "link", "same", ("source_references",)),
    )


def _coronal(series: Series, name: str) -> Instance:
    sources = [(i.dataset.SOPClassUID, i.dataset.SOPInstanceUID) for i in series]
    volume = np.stack([frames_of(instance.dataset)[0] for instance in series]).astype(np.int64)
    plane = volume[::-1, 42:58, :].sum(axis=1) / 16.0
    steps = 26
    shares = np.arange(steps)[:, None] / steps
    parts = [upper * (1.0 - shares) + lower * shares for upper, lower in pairwise(plane)]
    reformat = np.rint(np.concatenate(parts)).astype(np.int16)

    def reformatted(dataset: Dataset) -> None:
        set_pixels(dataset, [reformat], 16, signed=True)
        dataset.ImageType = ["DERIVED", "SECONDARY", "MPR"]
        dataset.SeriesDescription, dataset.DerivationDescription = "LIVER COR MPR", "Multiplanar reformat"
        dataset.SeriesNumber, dataset.ImageOrientationPatient = 61, [1, 0, 0, 0, 0, -1]

    image = reissued(copied(series[-1:], reformatted), name, "reformat", keep=("FrameOfReferenceUID",))[0]
    image.dataset.SourceImageSequence = [_source(*source) for source in sources]
    return image


def _source(sop_class: str, sop_instance: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, sop_instance
    return item


STORIES = (overlap, other_reconstruction, procedure_split, presentation_twin, overlay_mark, derived)
