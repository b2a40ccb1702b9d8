"""Stories with reports, documents and presentation states beside the images."""

from maker.changes import reconciled, reissued
from maker.headers import Visit
from maker.images import Series, Shot, ct_series
from maker.objects import document, presentation_state, report
from maker.people import PEOPLE, PMH, QEH, Person, with_hkid
from maker.phantoms import Subject
from maker.story import Expect, Sending, Story

_OLD_FINDINGS = ("No focal lesion of the liver.", "Spleen and kidneys are unremarkable.", "No free fluid.")
_NEW_FINDING = "Addendum: on review there is a lesion of 9 mm in segment VII; follow-up in three months."


def _examination(visit: Visit, person: Person, findings: tuple[str, ...]) -> Series:
    images = ct_series(visit, Subject(person.latin), Shot("first"), range(3))
    form = document(visit, ("Request for imaging", "Upper abdomen, portal venous phase", "Question: lesion of liver?"))
    return (*images, report(visit, images, findings), form, presentation_state(visit, images, "segment VII"))


def objects_copied() -> Story:
    """Images, report, document and presentation state are copied together."""
    name, person = "18-report-and-document-copied", PEOPLE[19]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260326", "131415", "CT ABDOMEN")
    study = _examination(visit, person, _OLD_FINDINGS)
    copy = reconciled(reissued(study, name, "copy"), with_hkid(person), PMH, name)
    return Story(
        name,
        "Images, report, request form and marks are copied together",
        "A liver CT comes again under new UIDs, and with it its report, the scanned request form and the presentation "
        "state with the reader's arrow. Their references point to the new UIDs, and they say the same as before: the "
        "whole study is a copy.",
        "CT phantom with basic text SR, encapsulated PDF and GSPS; all UIDs and references replaced one for one.",
        (Sending("01-qeh", QEH.ae_title, study), Sending("02-pmh", PMH.ae_title, copy)),
        Expect("exact_copy", "flag", "same", ("frame_digests", "content_digests"), "quarantine"),
    )


def new_report() -> Story:
    """The copy's report says something that is known nowhere."""
    name, person = "19-copy-with-new-report", PEOPLE[20]
    visit = Visit(name, "ct", with_hkid(person), QEH, "20260327", "081530", "CT ABDOMEN")
    study = _examination(visit, person, _OLD_FINDINGS)
    revised = _examination(visit, person, (*_OLD_FINDINGS, _NEW_FINDING))
    copy = reconciled(reissued(revised, name, "copy"), with_hkid(person), PMH, name)
    return Story(
        name,
        "A copy whose report says something new",
        "The same images come again under new UIDs, but the report has an addendum about a lesion. That is new "
        "information: however equal the images are, this study is never only a copy, and no site may hold it back.",
        "As the story before, with one more finding in the copy's report.",
        (Sending("01-qeh", QEH.ae_title, study), Sending("02-pmh", PMH.ae_title, copy)),
        Expect("overlap", "flag", "same", ("frame_digests",), quiet="Never held back: the report is new."),
    )


STORIES = (objects_copied, new_report)
