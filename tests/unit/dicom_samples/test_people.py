"""Everybody in the samples is invented, and says so."""

import re

import pytest
from pydicom import dcmread

from tests.unit.dicom_samples.reading import BY_NUMBER, FILES, datasets

HKID = re.compile(r"(ZZ)(\d{6})\(?([0-9A])\)?")
HOSPITAL_NUMBERS = {"QEH": re.compile(r"Q\d{7}"), "PMH": re.compile(r"PM-\d{7}-K"), "SZH": re.compile(r"000\d{7}")}


def weighted_sum(prefix: str, digits: str, check: str) -> int:
    """Sum the letters (A = 10) and digits of an identity card number by weights 9 to 1; a right one divides by 11."""
    values = [int(character, 36) for character in prefix + digits] + [10 if check == "A" else int(check)]
    return sum(weight * value for weight, value in zip(range(9, 0, -1), values, strict=True))


def test_the_weighted_sum_agrees_with_a_published_example() -> None:
    assert weighted_sum("AB", "987654", "3") % 11 == 0
    assert weighted_sum("AB", "987654", "4") % 11 != 0


def test_every_patient_number_is_an_invented_card_or_of_the_form_of_its_issuer() -> None:
    for path in FILES:
        header = dcmread(path, stop_before_pixels=True)
        number, issuer = header.PatientID, header.get("IssuerOfPatientID", "")
        if issuer:
            assert HOSPITAL_NUMBERS[issuer].fullmatch(number)
        elif number:
            card = HKID.fullmatch(number)
            assert card
            assert weighted_sum(*card.groups()) % 11 == 0


def test_every_hospital_calls_itself_a_sample() -> None:
    names = {dcmread(path, stop_before_pixels=True).InstitutionName for path in FILES}
    assert names == {"QEH SAMPLE HOSPITAL", "PMH SAMPLE HOSPITAL", "SZH SAMPLE HOSPITAL"}


def test_a_name_in_big5_comes_under_a_label_that_does_not_say_so() -> None:
    header = datasets(BY_NUMBER["02"], 1)[0]
    raw = header.get_item("PatientName").value
    assert header.SpecificCharacterSet == "ISO_IR 100"
    assert raw.decode("big5hkscs").strip() == "CHEUNG, WAI YEE=張慧儀"


@pytest.mark.parametrize(("number", "sending", "charset"), [("01", 0, "ISO_IR 192"), ("04", 1, "GB18030")])
def test_chinese_names_read_back_under_the_declared_character_set(number: str, sending: int, charset: str) -> None:
    header = datasets(BY_NUMBER[number], sending)[0]
    assert header.SpecificCharacterSet == charset
    assert header.PatientName.ideographic in ("陳^小龍", "梁^美玲")
