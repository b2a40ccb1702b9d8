from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset

from pacs_dedup.dicom.open_dataset import open_dataset
from pacs_dedup.dicom.patient_ids import hkid_check, mainland_check, patient_id
from pacs_dedup.dicom.read_patient import birth_date, read_patient
from pacs_dedup.domain.patient import CheckState, IdentifierKind, PatientId, PatientIdentity, SenderDefaults
from tests.images import image_dataset, textured, write


def identity(path: Path, issuer: str = "", charset: str = "", **attributes: object) -> PatientIdentity:
    dataset = image_dataset(textured(), **attributes)
    return read_patient(open_dataset(write(dataset, path / "image.dcm")), SenderDefaults(issuer, charset))


def item(**attributes: object) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


@pytest.mark.parametrize(
    ("letters", "digits", "check"),
    [("A", "123456", "3"), ("AB", "123456", "9"), ("AB", "987654", "3"), ("E", "364912", "5")],
)
def test_published_hkids_have_their_check_digit(letters: str, digits: str, check: str) -> None:
    assert hkid_check(letters, digits) == check


@given(st.from_regex(r"[A-Z]{1,2}[0-9]{6}", fullmatch=True), st.integers(0, 5), st.integers(1, 9))
def test_every_single_wrong_digit_of_an_hkid_is_found(body: str, place: int, by: int) -> None:
    letters, digits = body[:-6], body[-6:]
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    assert hkid_check(letters, digits) != hkid_check(letters, wrong)


@pytest.mark.parametrize("written", ["A123456(3)", "a123456 (3)", "A1234563", "Ａ１２３４５６（３）", " A123456(3) "])  # noqa: RUF001
def test_an_hkid_has_one_form_however_it_is_written(written: str) -> None:
    assert patient_id(written) == PatientId("A123456", "", IdentifierKind.HKID, CheckState.VALID)


def test_the_state_of_the_check_digit_is_kept() -> None:
    absent, wrong = patient_id("A123456"), patient_id("A123465(3)")
    assert absent is not None
    assert wrong is not None
    assert (absent.kind, absent.check) == (IdentifierKind.HKID, CheckState.ABSENT)
    assert (wrong.kind, wrong.check, wrong.value) == (IdentifierKind.HKID, CheckState.WRONG, "A123465")


@pytest.mark.parametrize("written", ["PT000001", "A1234567", "SZ00912", "HN88001", "123456"])
def test_a_hospital_number_is_not_taken_for_an_hkid(written: str) -> None:
    found = patient_id(written)
    assert found is not None
    assert found.kind is IdentifierKind.LOCAL


def test_a_mainland_number_is_checked() -> None:
    body = "11010519491231002"
    assert mainland_check(body) == "X"
    right, wrong = patient_id(body + "x"), patient_id(body + "1")
    assert right is not None
    assert wrong is not None
    assert (right.kind, right.check) == (IdentifierKind.MAINLAND_ID, CheckState.VALID)
    assert wrong.check is CheckState.WRONG


def test_leading_zeros_and_spaces_of_local_numbers_do_not_matter() -> None:
    assert patient_id("0012345", "pmh ") == patient_id("12345", "PMH")


@pytest.mark.parametrize("written", ["", "   ", "0000", "---", "UNKNOWN", "anonymous"])
def test_an_identifier_that_says_nothing_is_none(written: str) -> None:
    assert patient_id(written) is None


def test_the_issuer_is_the_header_s_or_else_the_site_s(tmp_path: Path) -> None:
    assert identity(tmp_path, "QEH", PatientID="12").ids == (PatientId("12", "QEH"),)
    assert identity(tmp_path, "QEH", PatientID="12", IssuerOfPatientID="pmh").ids == (PatientId("12", "PMH"),)
    qualified = [item(UniversalEntityID="1.2.344", UniversalEntityIDType="ISO")]
    found = identity(tmp_path, "QEH", PatientID="12", IssuerOfPatientIDQualifiersSequence=qualified)
    assert found.ids == (PatientId("12", "1.2.344"),)


def test_numbers_of_the_past_are_kept_as_such(tmp_path: Path) -> None:
    changed = [item(ModifiedAttributesSequence=[item(PatientID="77", IssuerOfPatientID="PMH")])]
    others = [item(PatientID="88", IssuerOfPatientID="TMH")]
    found = identity(tmp_path, PatientID="12", OtherPatientIDsSequence=others, OriginalAttributesSequence=changed)
    assert found.ids == (
        PatientId("12"),
        PatientId("88", "TMH", previous=True),
        PatientId("77", "PMH", previous=True),
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("19610403", "19610403"),
        ("1961.04.03", "19610403"),
        ("196104", "196104"),
        ("1961", "1961"),
        ("19610000", "1961"),
        ("19610400", "196104"),
        ("19611303", ""),
        ("19610231", ""),
        ("00000000", ""),
        ("ABC", ""),
        ("", ""),
    ],
)
def test_birth_dates_are_read_as_far_as_they_are_dates(written: str, read: str) -> None:
    assert birth_date(written) == read


def test_the_sex_is_m_or_f_or_not_known(tmp_path: Path) -> None:
    assert [identity(tmp_path, PatientSex=sex).sex for sex in ("M", "F", "O", "")] == ["M", "F", "", ""]


def test_a_broken_name_is_shown_repaired(tmp_path: Path) -> None:
    path = write(image_dataset(textured(), PatientName="X" * 12), tmp_path / "image.dcm")
    path.write_bytes(path.read_bytes().replace(b"X" * 12, "HUI^A=許^峰".encode("big5") + b" "))
    found = read_patient(open_dataset(path))
    assert found.display_name == "HUI^A=許^峰"
    assert found.repaired
    assert found.name.hanzi[1:] == "峰"
    assert found.name.family == ("HUI",)


def test_an_empty_header_gives_an_empty_identity(tmp_path: Path) -> None:
    assert identity(tmp_path, PatientName="", PatientID="") == PatientIdentity()
