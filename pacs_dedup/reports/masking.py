"""Hide who a patient is in what is printed: enough stays to tell two values apart, too little to name anybody.

A name becomes initials, a number its first characters, a date its year. Every writer that prints patient values to a
place that was not made for them masks with this module, unless it was asked not to.
"""

import re
import unicodedata
from dataclasses import replace
from typing import Final

from pacs_dedup.domain.evidence import Comparison, Fact, Group
from pacs_dedup.domain.header import HeaderDifference
from pacs_dedup.reports.model import StudySummary
from pacs_dedup.reports.open_elements import is_open

HIDDEN: Final = "***"
"""Stands for a value of which nothing may be shown."""

_STAR: Final = "*"
_SHOWN_CHARACTERS: Final = 3
_SEPARATORS: Final = re.compile(r"([\s^,.'()\\-]+)")
_HKID: Final = re.compile(r"[A-Z]{1,2}[0-9]{6}\(?[0-9A]?\)?", re.IGNORECASE)
_MORE: Final = re.compile(r" and [0-9]+ more$")
_ISSUER: Final = re.compile(r"[A-Za-z0-9._&-]*")
_OPENING: Final = "Ps"
"""General category of opening brackets, in Unicode."""

_IN_BRACKETS: Final = re.compile(r"[^()\[\]{}]")
_YEAR: Final = re.compile(r"\s*((?:1[89]|2[01])[0-9]{2})(?=\s*$|[-./][0-9]|[01][0-9][0-3][0-9])")
_DATE: Final = re.compile(
    r"(?<![0-9])((?:1[89]|2[01])[0-9]{2})([-./]?)[01][0-9]([-./]?)[0-3][0-9](?=(?:[0-9]{2})*(?![0-9]))"
)


def masked_name(name: str) -> str:
    """Return the initials of a person name (PS3.5 6.2.1.1): ``CHAN^TAI MAN=陳^大文`` becomes ``C^T M=陳^**``.

    Of a name in Chinese characters, three at most, only the first stays.
    """
    return "=".join(map(_initials, unicodedata.normalize("NFC", name).split("=")))


def masked_number(number: str) -> str:
    """Return the first characters of an identifier: ``A123456(3)`` becomes ``A12****(*)``, ``0012345`` ``00*****``.

    Of the six digits of a Hong Kong identity card two stay, of anything else at most a third, and nothing in brackets,
    where another number or a name may stand. What follows the last ``@`` is the issuer and stays whole where it
    is one word; of several numbers, separated by commas, each is masked.
    """
    more = _MORE.search(number)
    listed = number[: more.start()] if more else number
    return ", ".join(map(_masked_one, listed.split(", "))) + (more[0] if more else "")


def masked_date(date: str) -> str:
    """Return the year of a DICOM or ISO date; `HIDDEN` of anything else, for it may begin with a day and a month."""
    found = _YEAR.match(date)
    return found[1] if found else HIDDEN if date else ""


def masked_comparison(comparison: Comparison) -> Comparison:
    """Return a comparison whose two values are masked; a fact about the patient that nobody knows is hidden whole."""
    shown = [_masked_value(comparison, text) for text in (comparison.incoming, comparison.prior)]
    return replace(comparison, incoming=shown[0], prior=shown[1])


def masked_summary(study: StudySummary) -> StudySummary:
    """Return the summary of a study without what names the patient; its UIDs, scanner and extent stay."""
    return replace(
        study,
        patient_name=masked_name(study.patient_name),
        patient_id=_masked_whole(study.patient_id),
        birth_date=masked_date(study.birth_date),
        study_date=masked_date(study.study_date),
        description=_without_dates(study.description),
        accession_number=_masked_whole(study.accession_number),
    )


def masked_difference(difference: HeaderDifference) -> HeaderDifference:
    """Return a header difference that shows technical values only; of persons, numbers and dates, enough to compare."""
    shown = [_masked_element(difference, text) for text in (difference.incoming, difference.prior)]
    return replace(difference, incoming=shown[0], prior=shown[1])


def _initials(group: str) -> str:
    """Mask one component group of a name, word by word."""
    shown, begun = [], False
    for word in _SEPARATORS.split(group):
        kind = unicodedata.category(word[0]) if word else ""
        if not word or _SEPARATORS.fullmatch(word):
            shown.append(word)
        elif kind == "Lo":
            shown.append(_STAR * len(word) if begun else word[0].ljust(len(word), _STAR))
            begun = True
        else:
            shown.append(word[0] if kind.startswith("L") else _STAR)
    return "".join(shown)


def _masked_one(number: str) -> str:
    value, at, issuer = number.rpartition("@")
    if not at or not _ISSUER.fullmatch(issuer):
        return _masked_whole(number)
    return _masked_whole(value) + at + issuer


def _masked_whole(value: str) -> str:
    """Mask a number in which nothing is known to be an issuer."""
    brackets = (at for at, sign in enumerate(value) if sign == "<" or unicodedata.category(sign) == _OPENING)
    end = next(brackets, len(value))
    kept = _SHOWN_CHARACTERS if _HKID.fullmatch(value) else min(_SHOWN_CHARACTERS, end // 3)
    shown = value[:kept] if value[:kept].isascii() else ""  # a Chinese name is named by its first characters
    return shown.ljust(end, _STAR) + _IN_BRACKETS.sub(_STAR, value[end:])


def _without_dates(text: str) -> str:
    """Return a text in which of every date only the year stays."""
    return _DATE.sub(rf"\1\g<2>{_STAR * 2}\g<3>{_STAR * 2}", text)


def _masked_value(comparison: Comparison, text: str) -> str:
    match comparison.fact:
        case Fact.PATIENT_NAME:
            return masked_name(text)
        case Fact.PATIENT_ID | Fact.ACCESSION_NUMBER:
            return masked_number(text)
        case Fact.BIRTH_DATE:
            return masked_date(text)
        case Fact.ACQUISITION_TIME | Fact.DESCRIPTION | Fact.PROCEDURE if comparison.group is not Group.PATIENT:
            return _without_dates(text)
        case Fact.SEX:
            return text
        case _:
            return HIDDEN if text and comparison.group is Group.PATIENT else text


_NUMBERS: Final = frozenset({"PatientID", "AccessionNumber", "StudyID", "OtherPatientIDs"})
_PERSONS: Final = ("PatientName", "PatientNames", "BirthName", "PhysicianName", "OperatorsName", "Physician")
_PHYSICIANS: Final = frozenset({"PhysiciansOfRecord", "NameOfPhysiciansReadingStudy"})


def _masked_element(difference: HeaderDifference, text: str) -> str:
    keyword = difference.keyword.partition(" ")[0]
    if not text or is_open(keyword, difference.group, text):
        return _without_dates(text) if keyword.endswith("Time") else text
    if keyword in _NUMBERS:
        return _masked_whole(text)
    if keyword.endswith(_PERSONS) or keyword in _PHYSICIANS:
        return masked_name(text)
    if "Date" in keyword:
        return masked_date(text)
    return HIDDEN
