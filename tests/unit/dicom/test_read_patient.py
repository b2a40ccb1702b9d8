from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset

from pacs_dedup.dicom.birth_date import birth_date
from pacs_dedup.dicom.open_dataset import open_dataset
from pacs_dedup.dicom.patient_ids import hkid_check, mainland_check, patient_id
from pacs_dedup.dicom.read_patient import read_patient
from pacs_dedup.domain.patients.identity import CheckState, IdentifierKind, PatientId, PatientIdentity, SenderDefaults
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


@pytest.mark.parametrize(
    "written",
    ["A123456(3)", "a123456 (3)", "A1234563", "A123456[3]", "A123456-3", "Ａ１２３４５６（３）", " A123456(3) "],  # noqa: RUF001
)
def test_an_hkid_has_one_form_however_it_is_written(written: str) -> None:
    assert patient_id(written) == PatientId("A123456", "", IdentifierKind.HKID, CheckState.VALID)


def test_the_state_of_the_check_digit_is_kept() -> None:
    absent, wrong = patient_id("A123456"), patient_id("A123465(3)")
    assert absent is not None
    assert wrong is not None
    assert (absent.kind, absent.check) == (IdentifierKind.HKID, CheckState.ABSENT)
    assert (wrong.kind, wrong.check, wrong.value) == (IdentifierKind.HKID, CheckState.WRONG, "A123465")


@pytest.mark.parametrize("written", ["PT000001", "A1234567", "SZ00912", "HN88001", "223456", "12345", "234567"])
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


@pytest.mark.parametrize(
    "written",
    ["", "   ", "0000", "---", "UNKNOWN", "anonymous", "N/A", "no-id", "TEMP0041", "test", "9999999", "XXX", "123456"],
)
def test_an_identifier_that_says_nothing_is_none(written: str) -> None:
    assert patient_id(written) is None


@pytest.mark.parametrize("letters", ["AL", "AW", "ZO", "ZD", "KV"])
def test_some_wrong_letters_of_an_hkid_can_not_be_found(letters: str) -> None:
    one, other = letters
    assert hkid_check(one, "123456") == hkid_check(other, "123456")


def test_a_number_for_people_whom_a_hospital_can_not_identify_is_none(tmp_path: Path) -> None:
    defaults = SenderDefaults("QEH", pseudo_ids=("U[0-9]{7}",))
    dataset = image_dataset(textured(), PatientID="u1234567")
    assert read_patient(open_dataset(write(dataset, tmp_path / "image.dcm")), defaults).ids == ()
    assert identity(tmp_path, "QEH", PatientID="u1234567").ids == (PatientId("U1234567", "QEH"),)


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


def test_what_a_patient_was_called_and_when_born_before_is_kept(tmp_path: Path) -> None:
    before = [item(PatientName="WONG^TAI MUI", PatientBirthDate="19610304"), item(PatientName="CHAN^TAI MUI")]
    found = identity(
        tmp_path,
        PatientName="CHAN^TAI MUI",
        PatientBirthDate="19610403",
        OtherPatientNames=["LEE^TAI MUI", "Mary CHAN"],
        PatientBirthName="HO^TAI MUI",
        OriginalAttributesSequence=[item(ModifiedAttributesSequence=before)],
    )
    assert [name.words[0] for name in found.other_names] == ["LEE", "CHAN", "HO", "WONG"]
    assert found.other_birth_dates == ("19610304",)


def test_other_names_are_read_from_their_bytes(tmp_path: Path) -> None:
    names = "HUI^CHI FUNG=\u8a31^\u5cf0\\HO^TAI MAN".encode("big5")
    path = write(image_dataset(textured(), OtherPatientNames="X" * (len(names) + 1)), tmp_path / "image.dcm")
    path.write_bytes(path.read_bytes().replace(b"X" * (len(names) + 1), names + b" "))
    found = read_patient(open_dataset(path))
    assert [name.words[0] for name in found.other_names] == ["HUI", "HO"]


def test_an_issuer_without_a_universal_name_is_known_by_its_own(tmp_path: Path) -> None:
    qualified = [item(UniversalEntityIDType="ISO")]
    found = identity(
        tmp_path,
        PatientID="12",
        IssuerOfPatientID="PMH",
        IssuerOfPatientIDQualifiersSequence=qualified,
        OtherPatientIDs=["UNKNOWN", "77"],
        OtherPatientIDsSequence=[item(PatientID="TEST")],
    )
    assert found.ids == (PatientId("12", "PMH"), PatientId("77", previous=True))


def test_a_sequence_has_the_character_set_of_what_is_around_it(tmp_path: Path) -> None:
    before = [item(ModifiedAttributesSequence=[item(PatientName="M\u00dcLLER^J\u00d6RG")])]
    found = identity(tmp_path, SpecificCharacterSet="ISO_IR 192", OriginalAttributesSequence=before)
    assert found.other_names[0].words == ("MULLER", "JORG")


def test_a_data_set_in_memory_is_read_too() -> None:
    made = item(PatientName="CHAN^TAI MAN", PatientID="12", OtherPatientNames=["LEE^A", "HO^B"])
    assert [name.words[0] for name in read_patient(made).other_names] == ["LEE", "HO"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("19610403", "19610403"),
        ("1961.04.03", "19610403"),
        ("196104", "196104"),
        ("1961", "1961"),
        ("19610000", "1961"),
        ("19610400", "196104"),
        ("19611303", "19611303"),
        ("19610231", "19610231"),
        ("00000000", ""),
        ("19610432", "19610432"),
        ("196113", ""),
        ("19611300", ""),
        ("25040229", "25040229"),
        ("25030229", "25030229"),
        ("00500403", "00500403"),
        ("1849", ""),
        ("9999", ""),
        ("ABC", ""),
        ("", ""),
    ],
)
def test_birth_dates_are_read_as_far_as_they_are_dates(written: str, read: str) -> None:
    assert birth_date(written) == read


def test_the_sex_is_m_or_f_or_not_known(tmp_path: Path) -> None:
    assert [identity(tmp_path, PatientSex=sex).sex for sex in ("M", "F", "O", "", "MALE")] == ["M", "F", "", "", "M"]


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


@given(st.text("0123456789ABZ()-. ", max_size=12) | st.text(max_size=8))
def test_a_number_in_canonical_form_stays_as_it_is(written: str) -> None:
    found = patient_id(written)
    again = found and patient_id(found.value)
    assert found is None or (again is not None and again.value == found.value)


@given(st.text("0123456789.-/ ", max_size=10))
def test_a_birth_date_that_was_read_reads_the_same(written: str) -> None:
    assert birth_date(birth_date(written)) == birth_date(written)
