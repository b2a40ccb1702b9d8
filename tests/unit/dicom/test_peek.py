import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)

from pacs_dedup.dicom.part10 import file_head
from pacs_dedup.dicom.peek import NamedBy, StudyNamed, peek, peek_study, peek_study_of_file
from pacs_dedup.domain.identifiers import SopClassUid, SopInstanceUid, TransferSyntaxUid

INSTANCE = "1.2.3.4.5"
UNCOMPRESSED = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]


def data_set(**more):
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    ds.SOPClassUID = CTImageStorage
    ds.SOPInstanceUID = INSTANCE
    ds.PatientName = "CHAN^TAI MAN"
    for keyword, value in more.items():
        setattr(ds, keyword, value)
    return ds


def encoded(ds, syntax):
    out = DicomBytesIO()
    out.is_implicit_VR = syntax.is_implicit_VR
    out.is_little_endian = syntax.is_little_endian
    write_dataset(out, ds)
    return out.getvalue()


@pytest.mark.parametrize("syntax", [*UNCOMPRESSED, JPEG2000Lossless])
def test_class_and_instance_are_read_in_every_encoding(syntax):
    assert peek(encoded(data_set(), syntax), syntax) == NamedBy(CTImageStorage, INSTANCE)


def test_a_deflated_data_set_is_read():
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = deflate.compress(encoded(data_set(), ExplicitVRLittleEndian)) + deflate.flush()
    assert peek(packed, DeflatedExplicitVRLittleEndian) == NamedBy(CTImageStorage, INSTANCE)


def test_a_deflated_bomb_is_inflated_no_further_than_it_is_looked_at():
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = deflate.compress(bytes(200 * 2**20)) + deflate.flush()
    assert peek(packed, DeflatedExplicitVRLittleEndian).sop_class_uid is None


@pytest.mark.parametrize("syntax", UNCOMPRESSED)
@pytest.mark.parametrize("undefined", [True, False])
def test_a_sequence_before_them_is_passed_over(syntax, undefined):
    inner = data_set()
    inner.SOPInstanceUID = "9.9.9"
    ds = data_set(LanguageCodeSequence=[inner, inner])
    ds["LanguageCodeSequence"].is_undefined_length = undefined
    for item in ds.LanguageCodeSequence:
        item.is_undefined_length_sequence_item = undefined
    assert peek(encoded(ds, syntax), syntax) == NamedBy(CTImageStorage, INSTANCE)


def test_a_data_set_without_them_names_nothing():
    ds = data_set()
    del ds.SOPClassUID, ds.SOPInstanceUID
    assert peek(encoded(ds, ExplicitVRLittleEndian), ExplicitVRLittleEndian) == NamedBy(None, None)


def test_an_empty_uid_names_nothing():
    ds = data_set(SOPInstanceUID="")
    assert peek(encoded(ds, ExplicitVRLittleEndian), ExplicitVRLittleEndian) == NamedBy(CTImageStorage, None)


def test_a_uid_that_is_cut_short_names_nothing():
    whole = encoded(data_set(), ExplicitVRLittleEndian)
    cut = whole[: whole.index(INSTANCE.encode()) + 3]
    assert peek(cut, ExplicitVRLittleEndian) == NamedBy(CTImageStorage, None)


@pytest.mark.parametrize("syntax", UNCOMPRESSED)
@pytest.mark.parametrize("really", UNCOMPRESSED)
def test_a_wrong_transfer_syntax_never_invents_a_uid(syntax, really):
    found = peek(encoded(data_set(), really), syntax)
    assert found.sop_class_uid in (None, CTImageStorage)
    assert found.sop_instance_uid in (None, INSTANCE)


def test_a_path_is_read_as_it_stands():
    raw = struct.pack("<HH2sH", 0x0008, 0x0018, b"UI", 12) + b"../../passwd"
    assert peek(raw, ExplicitVRLittleEndian).sop_instance_uid == "../../passwd"


@given(st.binary(max_size=400), st.sampled_from([*UNCOMPRESSED, DeflatedExplicitVRLittleEndian, "1.2", ""]))
def test_garbage_never_raises(garbage, syntax):
    assert isinstance(peek(memoryview(garbage), syntax), NamedBy)


@given(st.integers(0, 300), st.binary(min_size=1, max_size=3), st.sampled_from(UNCOMPRESSED))
def test_a_damaged_head_never_raises(at, damage, syntax):
    whole = io.BytesIO(encoded(data_set(), syntax))
    whole.seek(at)
    whole.write(damage)
    assert isinstance(peek(whole.getvalue(), syntax), NamedBy)


@pytest.mark.parametrize("syntax", UNCOMPRESSED)
def test_study_and_patient_are_read_in_every_encoding(syntax):
    ds = data_set(PatientID="A123456(3) ", StudyInstanceUID="1.2.826.7", PatientName="Chan^Tai Man")
    assert peek_study(encoded(ds, syntax), syntax) == StudyNamed("1.2.826.7", "A123456(3)")


def test_a_study_without_names_has_empty_ones():
    assert peek_study(encoded(data_set(), ExplicitVRLittleEndian), ExplicitVRLittleEndian) == StudyNamed()


def test_a_study_uid_that_is_none_is_left_out():
    ds = data_set(PatientID="A1")
    ds.add_new("StudyInstanceUID", "UI", "../etc")
    assert peek_study(encoded(ds, ExplicitVRLittleEndian), ExplicitVRLittleEndian) == StudyNamed("", "A1")


def test_a_patient_id_beyond_ascii_is_escaped():
    ds = data_set(PatientID="A1")
    octets = encoded(ds, ExplicitVRLittleEndian).replace(b"LO\x02\x00A1", b"LO\x02\x00A\xfc")
    assert peek_study(octets, ExplicitVRLittleEndian).patient_id == "A\\xfc"


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_a_file_names_its_study(syntax):
    ds = data_set(PatientID="A1", StudyInstanceUID="1.2.826.7")
    uids = SopClassUid("1.2.840.10008.5.1.4.1.1.2"), SopInstanceUid("1.2.3")
    file = file_head(*uids, TransferSyntaxUid(syntax)) + encoded(ds, syntax)
    assert peek_study_of_file(file, syntax) == StudyNamed("1.2.826.7", "A1")


@given(st.binary(max_size=300))
def test_what_is_no_file_names_no_study(garbage):
    assert peek_study_of_file(garbage, ExplicitVRLittleEndian).study_instance_uid == ""


def test_a_file_without_group_length_names_no_study():
    assert peek_study_of_file(bytes(400), ExplicitVRLittleEndian) == StudyNamed()
