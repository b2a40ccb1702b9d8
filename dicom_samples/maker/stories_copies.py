"""Stories in which one acquisition comes back under new UIDs: whole, compressed, windowed or in part."""

from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from maker.changes import in_syntaxes, lossy, reconciled, reissued, windowed
from maker.headers import Visit
from maker.images import Shot, ct_series, dx_film, mr_series
from maker.people import PEOPLE, PMH, QEH, SZH, Identity, with_hkid, with_number
from maker.phantoms import Subject
from maker.story import Expect, Sending, Story

_ACQUISITION_UIDS = ("FrameOfReferenceUID", "IrradiationEventUID")


def new_uids_same_hkid() -> Story:
    """All UIDs are new, the identity card number is the same."""
    name, person = "03-new-uids-same-hkid", PEOPLE[2]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260305", "111940", "CT ABDOMEN")
    series = ct_series(visit, Subject(person.latin), Shot("first"))
    there = Identity(
        person.hkid.replace("(", "").replace(")", ""), "", person.latin, person.birth_date, person.sex, "ISO_IR 100"
    )
    return Story(
        name,
        "The whole study again, under new UIDs",
        "PMH's import gave a liver CT from QEH new study, series and image UIDs. The identity card number is the same, "
        "written without brackets; the Chinese name is gone. Every slice has the same pixels: one examination, "
        "logged twice.",
        "CT phantom; study, series and SOP Instance UIDs replaced, header at PMH's.",
        (
            Sending("01-qeh", QEH.ae_title, series),
            Sending(
                "02-pmh",
                PMH.ae_title,
                reconciled(reissued(series, name, "copy", keep=_ACQUISITION_UIDS), there, PMH, name),
            ),
        ),
        Expect("exact_copy", "flag", "same", ("frame_digests",), "quarantine"),
    )


def new_uids_other_number() -> Story:
    """All UIDs are new and the patient has the other hospital's number."""
    name, person = "04-new-uids-other-number", PEOPLE[3]
    visit = Visit(name, "mr", with_number(person, QEH), QEH, "20260306", "150221", "MR BRAIN")
    series = mr_series(visit, Subject(person.latin), Shot("first"))
    there = Identity(
        PMH.number_of(person), PMH.issuer, f"LEUNG MEI LING={person.hanzi}", person.birth_date, person.sex, "GB18030"
    )
    return Story(
        name,
        "The whole study again, under new UIDs and the other hospital's number",
        "As before, but each hospital files the patient under its own number, which can not be compared. Name "
        "(romanised "
        "and Chinese), birth date and sex agree, so it is probably the same person: to be flagged, and not held back.",
        "MR phantom; all UIDs replaced, number and name form of PMH, GB18030.",
        (
            Sending("01-qeh", QEH.ae_title, series),
            Sending("02-pmh", PMH.ae_title, reconciled(reissued(series, name, "copy"), there, PMH, name)),
        ),
        Expect(
            "exact_copy",
            "flag",
            "probable",
            ("frame_digests", "acquisition_time"),
            quiet="Held back by no site: whether it is the same person is not certain.",
        ),
    )


def transcoded_new_uids() -> Story:
    """New UIDs and another lossless encoding in every slice."""
    name, person = "06-transcoded-new-uids", PEOPLE[5]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260310", "133700", "CT ABDOMEN")
    series = ct_series(visit, Subject(person.latin), Shot("first"), signed=False)
    syntaxes = (RLELossless, JPEGLSLossless, JPEG2000Lossless, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
    copy = reconciled(reissued(series, name, "copy"), with_hkid(person), PMH, name)
    return Story(
        name,
        "New UIDs, and compressed without loss",
        "The copy has new UIDs, and its slices come in five other lossless encodings. The stored bytes have "
        "nothing in common "
        "with the first sending; the decoded grey values are the same.",
        "CT phantom; RLE, JPEG-LS, JPEG 2000, big endian and deflated by turns.",
        (Sending("01-qeh", QEH.ae_title, series), Sending("02-pmh", PMH.ae_title, in_syntaxes(copy, syntaxes))),
        Expect("exact_copy", "flag", "same", ("frame_digests",), "quarantine"),
    )


def lossy_jpeg() -> Story:
    """A chest film comes back as 8-bit JPEG under new UIDs."""
    name, person = "07-lossy-copy-jpeg", PEOPLE[6]
    visit = Visit(name, "dx", with_hkid(person), PMH, "20260311", "094512", "XR CHEST PA")
    film = dx_film(visit, Subject(person.latin), Shot("first"))
    copy = reconciled(reissued(film, name, "copy"), with_hkid(person), QEH, name)
    return Story(
        name,
        "A lossy copy of a chest film, under new UIDs",
        "A viewer exported a chest film as JPEG with 8 bits, and it was imported again under new UIDs. No grey "
        "value is the "
        "same, but the noise of the exposure is. The first version shows more; the copy must not replace it.",
        "DX phantom; default window burnt into 8 bits, JPEG baseline quality 90.",
        (
            Sending("01-pmh", PMH.ae_title, film),
            Sending("02-qeh", QEH.ae_title, lossy(windowed(copy), JPEGBaseline8Bit, 90, "5")),
        ),
        Expect("lossy_copy", "flag", "same", ("residual_noise",)),
    )


def lossy_jpeg2000() -> Story:
    """A CT comes back from a mainland hospital, compressed about ten to one."""
    name, person = "08-lossy-copy-jpeg2000", PEOPLE[7]
    visit = Visit(name, "ct", with_number(person, QEH), QEH, "20260312", "171819", "CT ABDOMEN")
    series = ct_series(visit, Subject(person.latin), Shot("first"), signed=False)
    there = Identity(
        SZH.number_of(person), SZH.issuer, f"SHI^YAWEN={person.hanzi}", person.birth_date, person.sex, "GB18030"
    )
    copy = reconciled(reissued(series, name, "copy"), there, SZH, name)
    return Story(
        name,
        "A lossy copy of a CT from across the border",
        "A hospital in Shenzhen received the CT on a disc and uploads it, compressed about ten to one with "
        "loss, under new "
        "UIDs, with its own number and the name in Pinyin.",
        "CT phantom; JPEG 2000 irreversible at about 11:1.",
        (
            Sending("01-qeh", QEH.ae_title, series),
            Sending("02-szh", SZH.ae_title, lossy(copy, JPEG2000, 50, "10")),
        ),
        Expect("lossy_copy", "flag", "probable", ("residual_noise", "acquisition_time")),
    )


def windowed_copy() -> Story:
    """A CT comes back with its window burnt into 8 bits."""
    name, person = "09-windowed-to-8-bit", PEOPLE[8]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260313", "100101", "CT ABDOMEN")
    series = ct_series(visit, Subject(person.latin), Shot("first"))
    copy = reconciled(reissued(series, name, "copy"), with_hkid(person), PMH, name)
    return Story(
        name,
        "A copy with the window burnt in",
        "A teaching file kept only what the soft tissue window shows, in 256 grey levels. Lung and bone are "
        "lost. The noise "
        "within the window is that of the first sending: a copy of lesser worth, to be flagged.",
        "CT phantom; centre 60, width 400 HU burnt into 8 bits, not compressed.",
        (Sending("01-qeh", QEH.ae_title, series), Sending("02-pmh", PMH.ae_title, windowed(copy))),
        Expect("lossy_copy", "flag", "same", ("residual_noise",)),
    )


def partial_copy() -> Story:
    """Three of five slices come back under new UIDs."""
    name, person = "10-partial-copy", PEOPLE[9]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260314", "030405", "CT ABDOMEN")
    series = ct_series(visit, Subject(person.latin), Shot("first"))
    copy = reconciled(reissued(series[1:4], name, "copy"), with_hkid(person), PMH, name)
    return Story(
        name,
        "Part of a study comes back",
        "Three of five slices return under new UIDs. All three are known already; the study that arrived first is the "
        "complete one.",
        "CT phantom, five slices; the copy has slices 2 to 4.",
        (Sending("01-qeh", QEH.ae_title, series), Sending("02-pmh", PMH.ae_title, copy)),
        Expect("subset", "flag", "same", ("frame_digests",)),
    )


def superset() -> Story:
    """The second sending has all of the first and more."""
    name, person = "11-superset", PEOPLE[10]
    visit = Visit(name, "mr", with_hkid(person), QEH, "20260315", "121212", "MR BRAIN")
    series = mr_series(visit, Subject(person.latin), Shot("first"))
    copy = reconciled(reissued(series, name, "copy"), with_hkid(person), PMH, name)
    return Story(
        name,
        "What arrives is more complete than what is known",
        "Three slices of a head MR came first. The later sending, under new UIDs, has these three and two "
        "more. It must "
        "never be held back: the incomplete study is the one that can go.",
        "MR phantom; the first sending lacks two of five slices.",
        (Sending("01-qeh", QEH.ae_title, series[:3]), Sending("02-pmh", PMH.ae_title, copy)),
        Expect("superset", "flag", "same", ("frame_digests",)),
    )


STORIES = (
    new_uids_same_hkid,
    new_uids_other_number,
    transcoded_new_uids,
    lossy_jpeg,
    lossy_jpeg2000,
    windowed_copy,
    partial_copy,
    superset,
)
