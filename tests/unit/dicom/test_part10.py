import io

import pytest
from pydicom import dcmread
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from pacs_dedup.dicom.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME, file_head


@pytest.mark.parametrize("instance", ["1.2.3", "1.2.34", "1." * 31 + "10"])
def test_pydicom_reads_back_what_was_written(instance):
    meta = dcmread(io.BytesIO(file_head(CTImageStorage, instance, ExplicitVRLittleEndian))).file_meta
    assert meta.MediaStorageSOPClassUID == CTImageStorage
    assert meta.MediaStorageSOPInstanceUID == instance
    assert meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert meta.ImplementationClassUID == IMPLEMENTATION_CLASS_UID
    assert meta.ImplementationVersionName == IMPLEMENTATION_VERSION_NAME


def test_the_group_length_counts_what_follows_it():
    head = file_head(CTImageStorage, "1.2.3", ExplicitVRLittleEndian)
    meta = dcmread(io.BytesIO(head)).file_meta
    assert len(head) == 128 + 4 + 12 + meta.FileMetaInformationGroupLength


def test_the_same_command_gives_the_same_bytes():
    assert file_head(CTImageStorage, "1.2.3", "1.2") == file_head(CTImageStorage, "1.2.3", "1.2")


def test_the_head_is_what_it_has_always_been():
    """A change here would store every identical re-send again."""
    assert file_head("1.2.840.10008.5.1.4.1.1.2", "1.2.3", "1.2.840.10008.1.2.1").hex() == (
        "00" * 128 + "4449434d"
        "02000000554c0400a0000000020001004f4200000200000000010200020055491a00312e322e3834302e31303030382e352e312e342e312e"
        "312e32000200030055490600312e322e3300"
        + "0200100055491400312e322e3834302e31303030382e312e322e3100"
        + "0200120055492c00" + IMPLEMENTATION_CLASS_UID.encode().hex() + "00"
        + "0200130053480a00" + b"PACS_DEDUP".hex()
    )  # fmt: skip


def test_our_implementation_class_uid_is_valid():
    assert UID(IMPLEMENTATION_CLASS_UID).is_valid


def test_what_is_not_a_uid_is_written_as_it_came():
    assert b"../../etc" in file_head("1.2", "../../etc", "1.2")
    assert b"1.?.3" in file_head("1.2", "1.\u4e00.3", "1.2")
