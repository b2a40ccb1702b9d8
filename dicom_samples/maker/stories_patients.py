"""Stories about who the patient is, and about what is no copy at all."""

import numpy as np
from pydicom import Dataset
from pydicom.uid import JPEGLSLossless, SecondaryCaptureImageStorage

from maker.changes import copied, in_syntaxes, reconciled, reissued
from maker.encode import Frame, Instance, set_pixels
from maker.headers import WORKSTATION, Visit, put_identity, study_header
from maker.images import Series, Shot, cr_film, ct_series, dx_film, mr_series
from maker.people import NOBODY, PEOPLE, PMH, QEH, SZH, Identity, with_hkid, with_number
from maker.phantoms import Subject
from maker.story import Expect, Sending, Story


def wrong_patient() -> Story:
    """The same pixels come under another person's name."""
    name, person, other = "14-wrong-patient", PEOPLE[13], PEOPLE[14]
    visit = Visit(name, "dx", with_hkid(person), PMH, "20260319", "064830", "XR CHEST PA PORTABLE")
    film = dx_film(visit, Subject(person.latin), Shot("first"))
    copy = reconciled(reissued(film, name, "copy"), with_hkid(other), QEH, name)
    return Story(
        name,
        "The same film under another patient's name",
        "A chest film that is known as one patient's comes again as another's: other identity card number, other "
        "name, birth date and sex, the same pixels. One of the two is wrong. It goes through, and a person is alarmed "
        "at once.",
        "DX phantom; the copy has the identity of somebody else.",
        (Sending("01-pmh", PMH.ae_title, film), Sending("02-qeh", QEH.ae_title, copy)),
        Expect(
            "wrong_patient",
            "alert",
            "different",
            ("frame_digests",),
            quiet="Never held back: that would hide the error.",
        ),
    )


def repeat_acquisition() -> Story:
    """The same anatomy is exposed again a few minutes later."""
    name, person = "15-repeat-acquisition", PEOPLE[15]
    visit = Visit(name, "first", with_hkid(person), QEH, "20260320", "113015", "CT ABDOMEN")
    again = visit.at("again", "113652")
    return Story(
        name,
        "A scan repeated six minutes later",
        "The patient had moved and the liver CT was repeated on the same machine with the same protocol. It looks "
        "alike, but it is a second exposure with its own dose: the noise is another. It must not be flagged.",
        "CT phantom twice: shifted by about a centimetre, less breath, new noise, other acquisition times.",
        (
            Sending("01-qeh", QEH.ae_title, ct_series(visit, Subject(person.latin), Shot("first"))),
            Sending(
                "02-qeh-again",
                QEH.ae_title,
                ct_series(again, Subject(person.latin, (0.07, -0.085), 0.94), Shot("second")),
            ),
        ),
        Expect("repeat_acquisition", "accept", "same", ("acquisition_time",), quiet="No case and no flag."),
    )


def follow_up() -> Story:
    """A film of the same patient months later."""
    name, person = "16-follow-up", PEOPLE[16]
    visit = Visit(name, "first", with_hkid(person), QEH, "20260112", "101010", "XR CHEST PA")
    later = visit.at("later", "154233", "20260622")
    return Story(
        name,
        "A follow-up five months later",
        "The same patient, the same projection, the same machine, another day: a small nodule has appeared. Films of "
        "one patient look alike for years; this is a new examination.",
        "CR phantom twice: other position and breath, a nodule in the second, new noise, other dates.",
        (
            Sending("01-qeh", QEH.ae_title, cr_film(visit, Subject(person.latin), Shot("first"))),
            Sending(
                "02-qeh-later",
                QEH.ae_title,
                cr_film(later, Subject(person.latin, (-0.03, 0.04), 1.05, finding=0.06), Shot("second")),
            ),
        ),
        Expect("distinct", "accept", "same", quiet="No case and no flag."),
    )


def blank_and_test_frames() -> Story:
    """Two patients' studies share a blank page and a test pattern."""
    name, first, second = "17-blank-and-test-frames", PEOPLE[17], PEOPLE[18]
    one = Visit(name, "one", with_hkid(first), QEH, "20260323", "090000", "MR BRAIN")
    two = Visit(name, "two", with_number(second, PMH), PMH, "20260324", "170000", "MR BRAIN")
    return Story(
        name,
        "Two patients with a blank frame and a test pattern in common",
        "Two people were scanned in two hospitals. Both studies hold an empty frame and the grey-scale test pattern of "
        "the printer, and these are equal to the last pixel. They say nothing about a patient: nobody is to be "
        "bothered.",
        "MR phantoms of two bodies; a constant frame and an eleven-step test pattern in both.",
        (
            Sending("01-qeh", QEH.ae_title, mr_series(one, Subject(first.latin), Shot("one"), range(3)) + _pages(one)),
            Sending("02-pmh", PMH.ae_title, mr_series(two, Subject(second.latin), Shot("two"), range(3)) + _pages(two)),
        ),
        Expect("uninformative_match", "accept", "different", ("uninformative_frames",), quiet="No case and no flag."),
    )


def _pages(visit: Visit) -> Series:
    steps = np.linspace(0, 250, 11).round().astype(np.uint8)
    pattern = np.repeat(np.repeat(steps, 8)[None, :], 88, axis=0)
    pattern[30:58:4, :] = 255
    return tuple(_page(visit, number, frame) for number, frame in ((1, np.zeros_like(pattern)), (2, pattern)))


def _page(visit: Visit, number: int, frame: Frame) -> Instance:
    dataset = study_header(visit, WORKSTATION, SecondaryCaptureImageStorage, "MR", 90, number)
    dataset.ConversionType = "WSD"
    dataset.SeriesDescription = "Printer test"
    dataset.PhotometricInterpretation = "MONOCHROME2"
    set_pixels(dataset, [frame], 8)
    return Instance(dataset)


def empty_patient() -> Story:
    """The copy does not say whose it is."""
    name, person = "23-empty-patient", PEOPLE[24]
    visit = Visit(name, "mr", with_hkid(person), QEH, "20260402", "201500", "MR BRAIN")
    series = mr_series(visit, Subject(person.latin), Shot("first"))

    def forget(dataset: Dataset) -> None:
        put_identity(dataset, NOBODY)

    return Story(
        name,
        "A copy that does not say whose it is",
        "A head MR comes again under new UIDs, with patient number, name, birth date and sex empty, as an export for a "
        "conference leaves them. The pixels are known; whose they are has to be cleared by a person.",
        "MR phantom; all UIDs replaced, identity emptied.",
        (
            Sending("01-qeh", QEH.ae_title, series),
            Sending("02-pmh", PMH.ae_title, copied(reissued(series, name, "copy"), forget)),
        ),
        Expect("copy_patient_unknown", "flag", "unknown", ("frame_digests",)),
    )


def registered_again() -> Story:
    """A mainland hospital registers the patient anew, under the Mandarin reading of the name."""
    name, person = "36-registered-again-in-pinyin", PEOPLE[37]
    here = Identity(person.hkid, "", person.latin, person.birth_date, person.sex, "ISO_IR 100")
    there = Identity(SZH.number_of(person), SZH.issuer, "JIANG^DESHENG", person.birth_date, person.sex, "ISO_IR 100")
    visit = Visit(name, "ct", here, QEH, "20260429", "133210", "CT ABDOMEN")
    slices = ct_series(visit, Subject(person.latin), Shot("first"), range(2), signed=False)
    series = in_syntaxes(slices, (JPEGLSLossless,))
    return Story(
        name,
        "A patient who was registered anew across the border",
        "A hospital in Shenzhen imports a CT from QEH under new UIDs and registers the patient anew, with a number of "
        "its own, and KEUNG TAK SANG is spelt JIANG DESHENG. Neither side writes the characters, but both spellings "
        "are readings of the same ones; birth date and sex agree. It is probably one person: to be flagged, and not "
        "held back.",
        "CT phantom, JPEG-LS; all UIDs replaced, number and name form of SZH, no Chinese name on either side.",
        (
            Sending("01-qeh", QEH.ae_title, series),
            Sending("02-szh", SZH.ae_title, reconciled(reissued(series, name, "copy"), there, SZH, name)),
        ),
        Expect(
            "exact_copy",
            "flag",
            "probable",
            ("frame_digests", "patient_name", "birth_date"),
            quiet="Held back by no site: whether it is the same person is not certain.",
        ),
    )


STORIES = (wrong_patient, repeat_acquisition, follow_up, blank_and_test_frames, empty_patient, registered_again)
