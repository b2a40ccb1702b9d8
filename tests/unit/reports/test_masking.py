"""What is printed without being asked for names nobody."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom._dicom_dict import DicomDictionary
from pydicom.tag import Tag

from pacs_dedup.dicom.header_groups import group_of
from pacs_dedup.domain.evidence import Comparison, Fact, Group
from pacs_dedup.domain.header import DifferenceKind, HeaderDifference, HeaderGroup
from pacs_dedup.domain.identifiers import StudyInstanceUid, StudyKey
from pacs_dedup.reports.masking import (
    HIDDEN,
    masked_comparison,
    masked_date,
    masked_difference,
    masked_name,
    masked_number,
    masked_summary,
)
from pacs_dedup.reports.model import StudySummary
from pacs_dedup.reports.open_elements import MEASURES
from pacs_dedup.reports.words import value


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("CHAN^TAI MAN=陳^大文", "C^T M=陳^**"),
        ("陳大文", "陳**"),
        ("Chan, Tai-man", "C, T-m"),
        ("MÜLLER^JO\N{COMBINING DIAERESIS}RG", "M^J"),
        ("³¯^¤j¤å", "*^*"),
        ("O'BRIEN^PAT 3", "O'B^P *"),
        ("", ""),
    ],
)
def test_a_name_becomes_initials(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("A123456(3)", "A12****(*)"),
        ("AB987654(3)", "AB9*****(*)"),
        ("A123456", "A12****"),
        ("0012345@QEH, 4711", "00*****@QEH, 4***"),
        ("4711, 4712, 4713 and 2 more", "4***, 4***, 4*** and 2 more"),
        ("X1", "**"),
        ("", ""),
        ("1234567(A123456(3))", "12*****(*******(*))"),
        ("H001 (CHAN TAI MAN)", "H****(************)"),
        ("(CHAN TAI MAN)", "(************)"),
        ("陳大文123", "******"),
        ("H0012[CHAN", "H****[****"),
        ("4711\N{FULLWIDTH LEFT PARENTHESIS}陳大文", "4*******"),
        ("4711@CHAN TAI MAN", "471**************"),
        ("CHAN@HOME@QEH", "CHA******@QEH"),
    ],
)
def test_a_number_keeps_its_first_characters(number: str, masked: str) -> None:
    assert masked_number(number) == masked


@pytest.mark.parametrize(
    ("date", "masked"),
    [
        ("19610403", "1961"),
        ("1961-04-03", "1961"),
        ("1961.04.03", "1961"),
        ("1961-04", "1961"),
        ("1961", "1961"),
        ("20250102101611.123456+0800", "2025"),
        ("20250102-20250203", "2025"),
        ("spring", HIDDEN),
        ("02031961", HIDDEN),
        ("20031961", HIDDEN),
        ("610203", HIDDEN),
        ("", ""),
    ],
)
def test_a_date_becomes_its_year(date: str, masked: str) -> None:
    assert masked_date(date) == masked


@given(st.text(st.characters(categories=["Lu", "Ll"]), min_size=2))
def test_no_second_letter_of_a_word_is_shown(word: str) -> None:
    assert len(masked_name(word)) == 1


@given(st.text("0123456789", min_size=1, max_size=12))
def test_at_most_a_third_of_a_hospital_number_is_shown(number: str) -> None:
    assert sum(c != "*" for c in masked_number(number)) <= len(number) / 3


def compared(fact: Fact, group: Group, text: str) -> str:
    masked = masked_comparison(Comparison(fact, group, "equal", 1.0, "said", text, ""))
    assert (masked.fact, masked.level, masked.weight_bits, masked.prior) == (fact, "equal", 1.0, "")
    return masked.incoming


def test_every_fact_about_the_patient_is_masked_in_its_way() -> None:
    assert compared(Fact.PATIENT_NAME, Group.PATIENT, "CHAN^TAI MAN") == "C^T M"
    assert compared(Fact.PATIENT_ID, Group.PATIENT, "A123456(3)") == "A12****(*)"
    assert compared(Fact.BIRTH_DATE, Group.PATIENT, "19610403") == "1961"
    assert compared(Fact.SEX, Group.PATIENT, "F") == "F"
    assert compared(Fact.DESCRIPTION, Group.PATIENT, "of a kind that nobody knows yet") == HIDDEN


def test_orders_and_days_are_masked_and_the_acquisition_stays_readable() -> None:
    assert compared(Fact.ACCESSION_NUMBER, Group.UIDS, "ACC12345") == "AC******"
    days = compared(Fact.ACQUISITION_TIME, Group.TIME, "20260309093000 to 20260309093009.5")
    assert days == "2026****093000 to 2026****093009.5"
    assert value(Fact.ACQUISITION_TIME, days) == "2026-**-** 09:30:00 to 2026-**-** 09:30:09.5"
    assert compared(Fact.ACQUISITION_TIME, Group.TIME, "202603090930") == "2026****0930"
    assert compared(Fact.DESCRIPTION, Group.TEXT, "HEAD OF 2026-03-09") == "HEAD OF 2026-**-**"
    assert compared(Fact.DEVICE, Group.DEVICE, "4711") == "4711"


def test_a_study_keeps_its_uid_and_its_extent() -> None:
    key = StudyKey(StudyInstanceUid("1.2.3"), "QEH")
    study = StudySummary(key, "CHAN^TAI MAN", "A123456(3)", "19610403", "M", "CT", "20260309", "HEAD", "ACC1", 2, 40)
    expected = StudySummary(key, "C^T M", "A12****(*)", "1961", "M", "CT", "2026", "HEAD", "A***", 2, 40)
    assert masked_summary(study) == expected


@pytest.mark.parametrize(
    ("keyword", "group", "text", "masked"),
    [
        ("PatientName (ideographic)", HeaderGroup.PATIENT, "陳大文", "陳**"),
        ("ReferringPhysicianName", HeaderGroup.STUDY, "LEE^ANN", "L^A"),
        ("PhysiciansOfRecord", HeaderGroup.STUDY, "LEE^ANN", "L^A"),
        ("PatientID", HeaderGroup.PATIENT, "A123456(3)", "A12****(*)"),
        ("PatientID", HeaderGroup.PATIENT, "H001 (CHAN TAI MAN)", "H****(************)"),
        ("PatientID", HeaderGroup.PATIENT, "4711@CHAN TAI MAN", "471" + "*" * 14),
        ("AcquisitionDate", HeaderGroup.ACQUISITION, "20250203", "2025"),
        ("ContentDate", HeaderGroup.ACQUISITION, "20250203", "2025"),
        ("AcquisitionDateTime", HeaderGroup.ACQUISITION, "20250203101611", "2025"),
        ("DateOfSecondaryCapture", HeaderGroup.ACQUISITION, "20250203", "2025"),
        ("AcquisitionTime", HeaderGroup.ACQUISITION, "20250203101611.5", "2025****101611.5"),
        ("AcquisitionTime", HeaderGroup.ACQUISITION, "101611.5", "101611.5"),
        ("AcquisitionComments", HeaderGroup.ACQUISITION, "98765432", HIDDEN),
        ("CassetteID", HeaderGroup.ACQUISITION, "98765432", HIDDEN),
        ("KVP", HeaderGroup.ACQUISITION, "CHAN", HIDDEN),
        ("PatientBirthDate", HeaderGroup.PATIENT, "19610403", "1961"),
        ("StudyDate", HeaderGroup.STUDY, "20260309", "2026"),
        ("PatientAddress", HeaderGroup.PATIENT, "1 Star Street", HIDDEN),
        ("0009,1001", HeaderGroup.PRIVATE, "CHAN", HIDDEN),
        ("PatientSex", HeaderGroup.PATIENT, "F", "F"),
        ("PatientAddress", HeaderGroup.PATIENT, "", ""),
        ("KVP", HeaderGroup.ACQUISITION, "120", "120"),
        ("ManufacturerModelName", HeaderGroup.ACQUISITION, "Revolver", "Revolver"),
        ("PixelSpacing", HeaderGroup.OTHER, "0.5\\0.5", "0.5\\0.5"),
        ("ReferencedSOPInstanceUID", HeaderGroup.OTHER, "1.2.840.1", "1.2.840.1"),
        ("ReferencedSOPInstanceUID", HeaderGroup.OTHER, "CHAN", HIDDEN),
        ("SourceImageSequence", HeaderGroup.OTHER, "2 items, differs in PurposeOfReferenceCodeSequence", None),
        ("SourceImageSequence", HeaderGroup.OTHER, "CHAN TAI MAN", HIDDEN),
        ("OtherPatientIDsSequence", HeaderGroup.PATIENT, "1 item", HIDDEN),
        ("DetectorID", HeaderGroup.ACQUISITION, "1234567", HIDDEN),
        ("ProtocolName", HeaderGroup.SERIES, "CHAN HEAD", HIDDEN),
    ],
)
def test_differences_of_headers_are_masked(keyword: str, group: HeaderGroup, text: str, masked: str | None) -> None:
    difference = HeaderDifference(keyword, "0010,0010", group, DifferenceKind.CONTENT, text, "")
    assert masked_difference(difference).incoming == (text if masked is None else masked)


TEXT_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT", "UN", "DA", "DT"})
DEVICE_TEXTS = """
    IssuerOfPatientID TypeOfPatientID Manufacturer ManufacturerModelName DeviceSerialNumber SoftwareVersions
    StationName ConvolutionKernel FilterType SequenceName RescaleType TimezoneOffsetFromUTC
    ImplementationVersionName
"""
"""Elements of free text that a device or an archive fills, and that are printed."""


def test_no_element_with_room_for_a_person_or_an_order_shows_what_it_holds() -> None:
    """Every element of the dictionary, with a name and a number in it."""
    said = "CHAN^TAI MAN 00123456"
    shown = {
        keyword
        for tag, (vr, _, _, _, keyword) in DicomDictionary.items()
        if TEXT_VRS & set(vr.split(" or ")) and keyword not in DEVICE_TEXTS.split()
        for difference in [HeaderDifference(keyword, "", group_of(Tag(tag)), DifferenceKind.CONTENT, said, said)]
        if {"CHAN", "TAI", "00123456"} & set(re.split(r"\W", masked_difference(difference).incoming))
    }
    assert shown == set()


@pytest.mark.parametrize(
    ("said", "hidden"),
    [("19610403", "0403"), ("19610403101611.5", "0403"), ("98765432", "98765432"), ("A123456(3)", "(3)")],
)
def test_no_date_number_or_comment_is_shown_whole_by_its_looks(said: str, hidden: str) -> None:
    """Every element of the dictionary whose value is a date or free text, with digits alone in it."""
    shown = {
        keyword
        for tag, (vr, _, _, _, keyword) in DicomDictionary.items()
        if TEXT_VRS & set(vr.split(" or ")) and keyword not in DEVICE_TEXTS.split()
        for difference in [HeaderDifference(keyword, "", group_of(Tag(tag)), DifferenceKind.CONTENT, said, said)]
        if hidden in masked_difference(difference).incoming
    }
    assert shown == set()


def test_every_measure_that_is_shown_is_a_number_by_the_standard() -> None:
    numbers = {"DS", "IS", "FD", "FL", "US", "UL", "SS", "SL"}
    known = {keyword: vr for vr, _, _, _, keyword in DicomDictionary.values()}
    assert {keyword: known.get(keyword) for keyword in MEASURES if known.get(keyword) not in numbers} == {}
