"""What becomes of compressed pixels that are damaged, missing or not what the header says."""

from pathlib import Path

import pytest
from pydicom import Dataset
from pydicom.uid import JPEG2000Lossless, RLELossless

from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine
from tests.images import LOSSLESS_ENCODERS, image_dataset, rle_stream, textured, write, write_compressed

BLOB = BlobId("0" * 64)
PLAIN = textured()


def described(**attributes: object) -> Dataset:
    return image_dataset(PLAIN, bits=12, **attributes)


@pytest.mark.parametrize("syntax", LOSSLESS_ENCODERS)
def test_damaged_code_streams_are_unreadable(syntax: str, tmp_path: Path) -> None:
    stream = LOSSLESS_ENCODERS[syntax](PLAIN)
    for damaged in (b"\0\0", b"\0" * 100, stream[:30], stream[: len(stream) // 2][::-1]):
        path = write_compressed(described(), tmp_path / "image.dcm", syntax, [damaged])
        assert examine(path, BLOB).unreadable is not None


@pytest.mark.parametrize("syntax", LOSSLESS_ENCODERS)
def test_a_code_stream_with_changed_bytes_never_gives_the_digest_of_the_whole(syntax: str, tmp_path: Path) -> None:
    stream = bytearray(LOSSLESS_ENCODERS[syntax](PLAIN))
    whole = examine(write(described(), tmp_path / "whole.dcm"), BLOB).frames
    middle = len(stream) // 2
    stream[middle : middle + 40] = bytes(byte ^ 0x5A for byte in stream[middle : middle + 40])
    found = examine(write_compressed(described(), tmp_path / "image.dcm", syntax, [bytes(stream)]), BLOB)
    assert found.frames != whole


def test_a_code_stream_of_another_shape_is_refused(tmp_path: Path) -> None:
    stream = LOSSLESS_ENCODERS[JPEG2000Lossless](textured(50, 50))
    found = examine(write_compressed(described(), tmp_path / "image.dcm", JPEG2000Lossless, [stream]), BLOB)
    assert "50 x 50" in (found.unreadable or "")


def test_a_run_length_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = write_compressed(
        described(Rows=8000, Columns=8000), tmp_path / "image.dcm", RLELossless, [rle_stream(PLAIN)]
    )
    assert "too short" in (examine(path, BLOB).unreadable or "")


def test_missing_frames_are_noticed(tmp_path: Path) -> None:
    stream = LOSSLESS_ENCODERS[JPEG2000Lossless](PLAIN)
    path = write_compressed(described(NumberOfFrames=3), tmp_path / "image.dcm", JPEG2000Lossless, [stream, stream])
    assert examine(path, BLOB).unreadable is not None
