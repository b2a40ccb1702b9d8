"""Names of things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.identifiers import StudyInstanceUid, StudyKey, is_blob_id, is_scanned, is_valid_uid


@pytest.mark.parametrize("uid", ["1.2.840.10008.1.2", "1.02", "0", "2.25.0", "1." * 31 + "12"])
def test_dotted_numbers_are_a_uid(uid: str) -> None:
    assert is_valid_uid(uid)


@pytest.mark.parametrize("uid", ["", "1..2", ".1", "1.", "1.2/../3", "1.2\n", "a.b", "1" * 65])
def test_anything_else_is_no_uid(uid: str) -> None:
    assert not is_valid_uid(uid)


@pytest.mark.parametrize("name", ["", "../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_64_hexadecimal_digits_name_a_blob(name: str) -> None:
    assert not is_blob_id(name)
    assert is_blob_id("0123456789abcdef" * 4)


@given(st.text())
def test_a_study_key_can_be_read_back(source: str) -> None:
    key = StudyKey(StudyInstanceUid("1.2.3"), source)
    assert StudyKey.parse(str(key)) == key


def test_only_a_folder_is_scanned() -> None:
    assert is_scanned("scan:/archive/2019")
    assert not is_scanned("QEHPACS")
