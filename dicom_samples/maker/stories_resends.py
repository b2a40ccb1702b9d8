"""Stories in which the UIDs stay: sent again, corrected, transcoded, continued, and two images under one UID."""

from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from maker.changes import in_syntaxes, lossy, reconciled
from maker.headers import CT_PMH, Visit
from maker.images import Shot, cr_film, ct_series, mr_series
from maker.people import PEOPLE, PMH, QEH, Identity, with_hkid, with_number
from maker.phantoms import Subject
from maker.story import Expect, Sending, Story


def retransmission() -> Story:
    """The same objects, byte for byte, come from the next hospital."""
    name, person = "01-retransmission", PEOPLE[0]
    visit = Visit(name, "ct", with_number(person, QEH), QEH, "20260302", "091204", "CT ABDOMEN")
    series = ct_series(visit, Subject(person.latin), Shot("first"))
    return Story(
        name,
        "The same study arrives twice, unchanged",
        "A liver CT reaches the service from QEH. After the transfer PMH passes the very same objects on: same "
        "UIDs, same "
        "header, same pixels. It is one study, and nobody needs to look at it.",
        "CT phantom; the second sending is the first, byte for byte.",
        (Sending("01-qeh", QEH.ae_title, series), Sending("02-pmh", PMH.ae_title, series)),
        Expect("resend", "accept", "same", ("frame_digests", "sop_instance_uids")),
    )


def reconciled_demographics() -> Story:
    """The receiving hospital has written its own patient number and name form into the headers."""
    name, person = "02-reconciled-demographics", PEOPLE[1]
    visit = Visit(name, "mr", with_number(person, QEH), QEH, "20260304", "143010", "MR BRAIN")
    series = mr_series(visit, Subject(person.latin), Shot("first"))
    local = Identity(
        PMH.number_of(person),
        PMH.issuer,
        f"{person.latin.replace('^', ', ')}={person.hanzi.replace('^', '')}",
        person.birth_date,
        person.sex,
        charset="ISO_IR 100",
        name_bytes_as="big5hkscs",
    )
    return Story(
        name,
        "Same UIDs, patient reconciled to the other hospital's number",
        "PMH imported a head MR from QEH, kept its UIDs as it should, and wrote its own patient number, "
        "accession number "
        "and form of name into the header. The Chinese name is in Big5, which the header does not declare. The "
        "pixels are "
        "the same: one examination, corrected in words, to be linked and not flagged.",
        "MR phantom; identity and site attributes rewritten, Big5 under the label ISO_IR 100.",
        (
            Sending("01-qeh", QEH.ae_title, series),
            Sending("02-pmh", PMH.ae_title, reconciled(series, local, PMH, name)),
        ),
        Expect("corrected_resend", "link", "probable", ("frame_digests", "sop_instance_uids")),
    )


def transcoded_same_uids() -> Story:
    """An archive compresses without loss and keeps the UIDs, as PS3.5 allows."""
    name, person = "05-transcoded-same-uids", PEOPLE[4]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260309", "101530", "CT UPPER ABDOMEN")
    series = ct_series(visit, Subject(person.latin), Shot("first"), signed=False)
    syntaxes = (RLELossless, JPEGLSLossless, JPEG2000Lossless, JPEGLosslessSV1, ImplicitVRLittleEndian)
    return Story(
        name,
        "Same UIDs, compressed without loss on the way",
        "An archive has compressed the slices with four lossless methods and sends them under the same UIDs. "
        "Decoded, every "
        "grey value is the same: it is the same study again, in another wrapping.",
        "CT phantom; RLE, JPEG-LS, JPEG 2000 lossless, JPEG lossless and implicit VR by turns.",
        (
            Sending("01-qeh", QEH.ae_title, series),
            Sending("02-pmh", PMH.ae_title, in_syntaxes(series, syntaxes)),
        ),
        Expect("transcoded_resend", "accept", "same", ("frame_digests", "sop_instance_uids")),
    )


def late_continuation() -> Story:
    """The second half of a study comes later, from the same sender."""
    name, person = "12-late-continuation", PEOPLE[11]
    visit = Visit(name, "ct", with_number(person, QEH), QEH, "20260316", "221145", "CT ABDOMEN")
    series = ct_series(visit, Subject(person.latin), Shot("first"))
    return Story(
        name,
        "The rest of a study arrives late",
        "The network to QEH broke after three slices. Twenty minutes later the other two follow, under the same study "
        "and series UIDs. The study has grown; it is not a copy of itself.",
        "CT phantom, five slices in two parts.",
        (Sending("01-qeh", QEH.ae_title, series[:3]), Sending("02-qeh-later", QEH.ae_title, series[3:])),
        Expect("continued", "accept", "same", ("study_instance_uid",)),
    )


def uid_conflict() -> Story:
    """Two different images lie under each SOP Instance UID."""
    name, person = "13-uid-conflict", PEOPLE[12]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260318", "080055", "CT ABDOMEN")
    body = Subject(person.latin)
    return Story(
        name,
        "One UID, two different images",
        "PMH sends slices under the SOP Instance UIDs of QEH's slices, but the pixels come from another "
        "exposure. A report "
        "may cite either, and an archive would overwrite or drop one: an alarm for a person, never a duplicate.",
        "CT phantom twice, other position and other noise, under the same UIDs.",
        (
            Sending("01-qeh", QEH.ae_title, ct_series(visit, body, Shot("first"))),
            Sending(
                "02-pmh",
                PMH.ae_title,
                ct_series(visit, Subject(person.latin, (-0.06, -0.08), 0.94), Shot("second", 412.0), device=CT_PMH),
            ),
        ),
        Expect("uid_conflict", "alert", "same", ("sop_instance_uids",), "quarantine"),
    )


def lossy_twin() -> Story:
    """An archive compresses with loss and wrongly keeps the UIDs."""
    name, person = "26-lossy-twin", PEOPLE[25]
    visit = Visit(name, "cr", with_hkid(person), QEH, "20260408", "073322", "XR CHEST PA")
    series = cr_film(visit, Subject(person.latin), Shot("first"))
    return Story(
        name,
        "Same UID, compressed with loss",
        "An archive compressed a chest film with loss and kept its UID, although a lossy version has to have "
        "one of its own. "
        "It is the same exposure with less detail: to be flagged, and the lossless version kept.",
        "CR phantom; JPEG 2000 with loss under the same SOP Instance UID.",
        (
            Sending("01-qeh", QEH.ae_title, series),
            Sending("02-pmh", PMH.ae_title, lossy(series, JPEG2000, 41, "8")),
        ),
        Expect("lossy_twin", "flag", "same", ("sop_instance_uids", "residual_noise")),
    )


def deflated_same_uids() -> Story:
    """Whole data sets are deflated for a slow line."""
    name, person = "32-deflated-resend", PEOPLE[32]
    visit = Visit(name, "mr", with_number(person, PMH), PMH, "20260420", "162400", "MR BRAIN")
    series = mr_series(visit, Subject(person.latin), Shot("first"), range(3))
    return Story(
        name,
        "Same UIDs, deflated for a slow line",
        "A clinic's gateway deflates whole data sets before it sends them on. Inflated, they are the same "
        "objects, element by element, and nobody needs to look.",
        "MR phantom; Deflated Explicit VR Little Endian.",
        (
            Sending("01-pmh", PMH.ae_title, series),
            Sending("02-qeh", QEH.ae_title, in_syntaxes(series, (DeflatedExplicitVRLittleEndian,))),
        ),
        Expect("transcoded_resend", "accept", "same", ("frame_digests", "sop_instance_uids")),
    )


STORIES = (
    retransmission,
    reconciled_demographics,
    transcoded_same_uids,
    late_continuation,
    uid_conflict,
    lossy_twin,
    deflated_same_uids,
)
