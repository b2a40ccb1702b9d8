"""A reviewer sees every element that differs, grouped and classed, and nothing that is equal."""

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from pacs_dedup.dicom.header_diff import MAX_VALUE_CHARACTERS, header_differences
from pacs_dedup.domain.errors import BlobMissing, Unreadable
from pacs_dedup.domain.header import DifferenceKind, HeaderDifference, HeaderGroup


def an_instance(**elements: object) -> Dataset:
    header = Dataset()
    header.SpecificCharacterSet = "ISO_IR 192"
    header.SOPClassUID = CTImageStorage
    header.SOPInstanceUID = "1.2.3.4"
    header.StudyInstanceUID = "1.2.3"
    header.SeriesInstanceUID = "1.2.3.1"
    header.PatientName = "CHAN^TAI MAN=陳^大文"
    header.PatientID = "A123"
    header.KVP = "120"
    for keyword, value in elements.items():
        setattr(header, keyword, value)
    return header


def saved(path: Path, header: Dataset, transfer_syntax: str = ExplicitVRLittleEndian) -> Path:
    header.file_meta = FileMetaDataset()
    header.file_meta.MediaStorageSOPClassUID = header.SOPClassUID
    header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    header.file_meta.TransferSyntaxUID = transfer_syntax
    header.save_as(path, enforce_file_format=True)
    return path


def differences(folder: Path, incoming: Dataset, prior: Dataset) -> dict[str, HeaderDifference]:
    found = header_differences(saved(folder / "a.dcm", incoming), saved(folder / "b.dcm", prior))
    return {d.keyword: d for d in found}


def test_equal_headers_have_no_differences(tmp_path: Path) -> None:
    assert differences(tmp_path, an_instance(), an_instance()) == {}


def test_another_patient_id_is_an_identity_difference_of_the_patient(tmp_path: Path) -> None:
    found = differences(tmp_path, an_instance(PatientID="QE77"), an_instance())

    assert found == {
        "PatientID": HeaderDifference(
            "PatientID", "0010,0020", HeaderGroup.PATIENT, DifferenceKind.IDENTITY, "QE77", "A123"
        )
    }


def test_person_names_are_compared_per_component_group(tmp_path: Path) -> None:
    found = differences(tmp_path, an_instance(PatientName="CHAN^TAI MAN=陈^大文"), an_instance())

    assert list(found) == ["PatientName (ideographic)"]
    assert (found["PatientName (ideographic)"].incoming, found["PatientName (ideographic)"].prior) == (
        "陈^大文",
        "陳^大文",
    )


def test_another_spelling_of_one_name_is_a_difference_of_format_only(tmp_path: Path) -> None:
    found = differences(tmp_path, an_instance(PatientName="Chan^Tai-Man=陳^大文"), an_instance())

    assert found["PatientName"].kind is DifferenceKind.FORMAT


def test_a_check_digit_in_brackets_is_a_difference_of_format_only(tmp_path: Path) -> None:
    found = differences(tmp_path, an_instance(PatientID="A123456(3)"), an_instance(PatientID="A1234563"))

    assert found["PatientID"].kind is DifferenceKind.FORMAT


def test_another_spelling_of_one_number_is_a_difference_of_format_only(tmp_path: Path) -> None:
    found = differences(tmp_path, an_instance(KVP="120.0"), an_instance())

    assert found["KVP"].kind is DifferenceKind.FORMAT
    assert found["KVP"].group is HeaderGroup.ACQUISITION


def test_another_exposure_is_a_difference_of_content(tmp_path: Path) -> None:
    assert differences(tmp_path, an_instance(KVP="80"), an_instance())["KVP"].kind is DifferenceKind.CONTENT


def test_uids_and_order_numbers_are_what_an_archive_may_coerce(tmp_path: Path) -> None:
    found = differences(tmp_path, an_instance(StudyInstanceUID="1.2.9", AccessionNumber="X1"), an_instance())

    assert {k: (d.group, d.kind) for k, d in found.items()} == {
        "StudyInstanceUID": (HeaderGroup.STUDY, DifferenceKind.COERCION),
        "AccessionNumber": (HeaderGroup.STUDY, DifferenceKind.COERCION),
    }
    assert found["AccessionNumber"].prior == ""


def test_groups_come_in_the_order_a_reviewer_reads(tmp_path: Path) -> None:
    incoming = an_instance(KVP="80", SeriesDescription="s", StudyDescription="t", PatientID="p", ImageComments="o")
    incoming.private_block(0x0029, "VENDOR X", create=True).add_new(0x01, "LO", "x")

    found = differences(tmp_path, incoming, an_instance())

    assert list(dict.fromkeys(d.group for d in found.values())) == list(HeaderGroup)


def test_private_elements_are_the_vendors(tmp_path: Path) -> None:
    incoming = an_instance()
    incoming.private_block(0x0029, "VENDOR X", create=True).add_new(0x01, "OB", b"12345678")

    found = differences(tmp_path, incoming, an_instance())

    assert {d.kind for d in found.values()} == {DifferenceKind.VENDOR}
    assert found["0029,1001"].incoming.startswith("8 bytes, digest ")


def test_binary_values_of_one_length_can_be_told_apart(tmp_path: Path) -> None:
    sides = [an_instance(), an_instance()]
    for header, value in zip(sides, (b"1234", b"1235"), strict=True):
        header.private_block(0x0029, "VENDOR X", create=True).add_new(0x01, "OB", value)

    found = differences(tmp_path, *sides)["0029,1001"]

    assert found.incoming != found.prior


def test_sequences_are_summarised_by_what_differs_inside(tmp_path: Path) -> None:
    def other_ids(value: str) -> Sequence:
        item = Dataset()
        item.PatientID = value
        item.IssuerOfPatientID = "QEH"
        return Sequence([item])

    found = differences(
        tmp_path,
        an_instance(OtherPatientIDsSequence=other_ids("1")),
        an_instance(OtherPatientIDsSequence=other_ids("2")),
    )

    assert found["OtherPatientIDsSequence"].incoming == "1 item, differs in PatientID"


def test_pixels_group_lengths_and_overlay_data_are_left_out(tmp_path: Path) -> None:
    incoming = an_instance(Rows=1, Columns=2, BitsAllocated=8, PixelData=b"ab")
    incoming.add_new(0x60003000, "OW", b"ab")
    prior = an_instance(Rows=1, Columns=2, BitsAllocated=8, PixelData=b"cd")
    prior.add_new(0x60003000, "OW", b"cd")

    assert differences(tmp_path, incoming, prior) == {}


def test_the_transfer_syntax_is_compared_as_a_matter_of_format(tmp_path: Path) -> None:
    a = saved(tmp_path / "a.dcm", an_instance())
    b = saved(tmp_path / "b.dcm", an_instance(), ImplicitVRLittleEndian)

    (found,) = header_differences(a, b)

    assert (found.keyword, found.kind) == ("TransferSyntaxUID", DifferenceKind.FORMAT)


def test_long_values_are_cut(tmp_path: Path) -> None:
    found = differences(tmp_path, an_instance(ImageComments="x" * 5000), an_instance())

    assert len(found["ImageComments"].incoming) == MAX_VALUE_CHARACTERS


def test_a_value_that_can_not_be_understood_is_shown_as_bytes(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.dcm", an_instance(AcquisitionDuration=2.0))
    whole, value = path.read_bytes(), struct.pack("<d", 2.0)
    path.write_bytes(whole.replace(b"FD\x08\x00" + value, b"FD\x04\x00" + value[4:]))

    found = {d.keyword: d for d in header_differences(path, saved(tmp_path / "b.dcm", an_instance()))}

    assert found["AcquisitionDuration"].incoming.startswith("4 bytes, digest ")


@pytest.mark.parametrize("content", [b"", b"not DICOM at all, just text of some length" * 20])
def test_a_file_without_a_header_is_unreadable_with_a_cause(tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(content)

    with pytest.raises(Unreadable, match="DICOM"):
        header_differences(bad, saved(tmp_path / "b.dcm", an_instance()))


def test_a_file_that_went_away_is_missed_with_advice(tmp_path: Path) -> None:
    with pytest.raises(BlobMissing, match="scan it again"):
        header_differences(tmp_path / "gone.dcm", saved(tmp_path / "b.dcm", an_instance()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(junk=st.binary(max_size=300), cut=st.integers(0, 600))
def test_no_bytes_bring_anything_but_differences_or_unreadable(tmp_path: Path, junk: bytes, cut: int) -> None:
    good = saved(tmp_path / "good.dcm", an_instance())
    (tmp_path / "bad.dcm").write_bytes(good.read_bytes()[:cut] + junk)

    try:
        found = header_differences(tmp_path / "bad.dcm", good)
    except Unreadable:
        return
    assert all(len(d.incoming) <= MAX_VALUE_CHARACTERS for d in found)
