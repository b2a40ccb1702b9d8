from pathlib import Path

import pytest
from pydicom import Dataset, dcmread

from benchmarks.simulator.header_people import PEOPLE
from benchmarks.simulator.model import Person, write_study
from benchmarks.simulator.people import GIVEN, SURNAMES, patient_named, person_of
from dicom_samples.maker.people import hkid_check_digit
from tests.unit.benchmarks.simulated_studies import done, mr_series, overlaid_mr, signed_ct

_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
_SPELLINGS = [t.name for t in PEOPLE if t.name.startswith("name_")]


def _every_uid(dataset: Dataset) -> set[str]:
    return {str(e.value) for e in dataset.iterall() if e.VR == "UI" and e.VM == 1 and e.value}


def _identity(dataset: Dataset) -> tuple[str, str, str]:
    return str(dataset.PatientName), str(dataset.get("PatientID")), str(dataset.get("IssuerOfPatientID"))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("new_study_uid", {"SeriesInstanceUID", "SOPInstanceUID"}),
        ("new_study_series_uids", {"SOPInstanceUID"}),
        ("rerooted", set()),
        ("rerooted_references_broken", set()),
        ("identity_coerced", set(_UIDS)),
        ("described_as_outside", set(_UIDS)),
    ],
)
def test_only_the_named_identifiers_are_renewed(name: str, kept: set[str]) -> None:
    for before, after in zip(mr_series(), done(name, mr_series()), strict=True):
        assert {keyword for keyword in _UIDS if before[keyword] == after[keyword]} == kept


def test_a_study_stays_one_study_and_its_instances_stay_apart() -> None:
    renewed = done("rerooted", mr_series())
    assert len({d.StudyInstanceUID for d in renewed}) == len({d.SeriesInstanceUID for d in renewed}) == 1
    assert len({d.SOPInstanceUID for d in renewed}) == len(renewed)


def test_references_follow_new_identifiers_unless_they_break() -> None:
    derived = done("jpeg_q75_same_uid", done("jpegls_near2", mr_series()))
    named = [d.SourceImageSequence[0].ReferencedSOPInstanceUID for d in derived]
    followed, broken = done("rerooted", derived), done("rerooted_references_broken", derived)
    assert not set(named) & {d.SourceImageSequence[0].ReferencedSOPInstanceUID for d in followed}
    assert named == [d.SourceImageSequence[0].ReferencedSOPInstanceUID for d in broken]


def test_uids_of_the_standard_are_never_renewed() -> None:
    before, after = signed_ct()[0], done("rerooted", signed_ct())[0]
    assert after.SOPClassUID == before.SOPClassUID
    assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
    standard = {uid for uid in _every_uid(before) if uid.startswith("1.2.840.10008.")}
    assert _every_uid(before) & _every_uid(after) == standard


def test_a_coerced_identity_keeps_the_person_and_changes_the_number() -> None:
    before, after = overlaid_mr()[0], done("identity_coerced", overlaid_mr())[0]
    assert (after.PatientName, after.PatientBirthDate) == (before.PatientName, before.PatientBirthDate)
    assert (after.PatientID, after.IssuerOfPatientID) != (before.PatientID, "")
    assert after.AccessionNumber != before.AccessionNumber
    assert "OriginalAttributesSequence" not in after


def test_a_gateway_that_tells_keeps_the_former_values() -> None:
    before, after = overlaid_mr()[0], done("identity_coerced_told", overlaid_mr())[0]
    former = after.OriginalAttributesSequence[-1].ModifiedAttributesSequence[0]
    assert (former.PatientID, former.AccessionNumber) == (before.PatientID, before.AccessionNumber)


@pytest.mark.parametrize("name", _SPELLINGS)
def test_a_respelt_name_is_written_and_the_number_stays(name: str, tmp_path: Path) -> None:
    before = overlaid_mr()[0]
    after = dcmread(write_study(done(name, (before,)), tmp_path)[0])
    assert after.PatientName != before.PatientName
    assert after.PatientID == before.PatientID


def test_unlabelled_big5_is_in_the_file_as_old_systems_send_it(tmp_path: Path) -> None:
    patient = patient_named(overlaid_mr()[0])
    hanzi = patient.surname.hanzi + "^" + "".join(s.hanzi for s in patient.given)
    path = write_study(done("name_big5_unlabelled", overlaid_mr()), tmp_path)[0]
    assert hanzi.encode("big5") in path.read_bytes()
    assert dcmread(path).SpecificCharacterSet == "ISO_IR 100"


@pytest.mark.parametrize("name", ["deidentified", "deidentified_dates_kept"])
def test_nothing_of_the_patient_is_left_after_deidentification(name: str, tmp_path: Path) -> None:
    before = overlaid_mr()[0]
    path = write_study(done(name, (before,)), tmp_path)[0]
    octets, after = path.read_bytes(), dcmread(path)
    for word in (*str(before.PatientName).replace("=", "^").split("^"), before.PatientID, before.AccessionNumber):
        assert word.encode() not in octets
    assert not _every_uid(before) & _every_uid(after) - {
        uid for uid in _every_uid(before) if uid.startswith("1.2.840.10008.")
    }
    assert not [element for element in after.iterall() if element.tag.is_private]
    assert (after.StudyDate == before.StudyDate) is (name == "deidentified_dates_kept")


@pytest.mark.parametrize("transform", [t for t in PEOPLE if t.expected.person is Person.OTHER], ids=lambda t: t.name)
def test_a_misfiled_study_names_somebody_else(transform: object) -> None:
    before, after = overlaid_mr()[0], done(transform, overlaid_mr())[0]
    assert all(a != b for a, b in zip(_identity(before)[:2], _identity(after)[:2], strict=True))
    assert after.PixelData == before.PixelData


def test_invented_card_numbers_have_their_check_digit() -> None:
    for number in range(50):
        hkid = person_of(f"subject {number}").person.hkid
        assert hkid_check_digit(hkid[:2], hkid[2:8]) == hkid[9]


def test_a_subject_is_one_person_and_subjects_differ() -> None:
    assert person_of("one") == person_of("one")
    people = {(p.usual.name, p.usual.birth_date) for p in (person_of(f"subject {n}") for n in range(200))}
    assert len(people) == 200


def test_every_character_of_a_name_is_found_again() -> None:
    assert len({s.hanzi for s in SURNAMES}) == len(SURNAMES)
    assert len({s.hanzi for s in GIVEN}) == len(GIVEN)
    dataset = Dataset()
    patient = person_of("anybody")
    dataset.PatientName = patient.usual.name
    found = patient_named(dataset)
    assert (found.surname, found.given) == (patient.surname, patient.given)


def test_descriptions_times_and_numbers_change_as_named() -> None:
    outside = done("described_as_outside", mr_series())
    assert all(d.SeriesDescription.startswith("OUTSIDE") for d in outside)
    renumbered = done("renumbered", mr_series())
    assert [d.InstanceNumber for d in renumbered] == sorted((d.InstanceNumber for d in renumbered), reverse=True)
    assert len({d.SeriesInstanceUID for d in done("series_split", mr_series())}) == 2
    assert done("dated_by_import", mr_series())[0].StudyDate.startswith("2026")
    truncated = done("times_truncated", mr_series())
    assert not [e for d in truncated for e in d.iterall() if e.VR == "TM" and "." in str(e.value)]
