"""Headers that announce more than any memory holds."""

import struct
from datetime import timedelta
from pathlib import Path

import pytest

from pacs_dedup.adapters.isolated import IsolatedCall
from pacs_dedup.dicom.open_dataset import open_dataset
from pacs_dedup.dicom.part10 import file_head
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.identifiers import SopClassUid, SopInstanceUid, TransferSyntaxUid

GIB = 1 << 30
IMPLICIT = "1.2.840.10008.1.2"


def elements_of(path: Path, *, stop_before_pixels: bool) -> int:
    """Count what a header has."""
    return len(open_dataset(path, stop_before_pixels=stop_before_pixels))


@pytest.mark.parametrize(
    ("stop_before_pixels", "cause"), [(True, "element that no memory holds"), (False, "MiB of memory")]
)
def test_an_element_that_no_memory_holds_is_told_as_such(tmp_path: Path, stop_before_pixels: bool, cause: str) -> None:
    path = tmp_path / "instance.dcm"
    head = file_head(SopClassUid("1.2.840.10008.5.1.4.1.1.2"), SopInstanceUid("1.2.3"), TransferSyntaxUid(IMPLICIT))
    with path.open("wb") as file:
        file.write(head + struct.pack("<HHI", 0x0009, 0x1001, 2 * GIB))
        file.truncate(file.tell() + 2 * GIB)  # zeros that take no room on the disk
    isolated = IsolatedCall(elements_of, memory_bytes=GIB, timeout=timedelta(seconds=20))
    with pytest.raises(Unreadable, match=cause):
        isolated(path, stop_before_pixels=stop_before_pixels)
    isolated.close()
