from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, JPEGLosslessSV1, RLELossless

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId, Digest
from pacs_dedup.pipeline.examine import examine
from tests.images import Array, image_dataset, jpeg_lossless_stream, rle_stream, textured, write, write_compressed

PLAIN = textured(40, 36)
MARKS = (np.random.default_rng(1).random(PLAIN.shape) < 0.1).astype(np.uint16)


def examined(path: Path) -> InstanceFingerprint:
    found = examine(path, BlobId("0" * 64))
    assert found.unreadable is None
    return found


def describe_plane(dataset: Dataset, group: int, *, allocated: int = 1, position: int = 0, frames: int = 1) -> Dataset:
    plane = [(0x10, "US", 40), (0x11, "US", 36), (0x40, "CS", "G"), (0x50, "SS", [1, 1])]
    plane += [(0x100, "US", allocated), (0x102, "US", position)]
    plane += [(0x15, "IS", str(frames))] if frames > 1 else []
    for element, vr, value in plane:
        dataset.add_new(group << 16 | element, vr, value)
    return dataset


def apart(marks: Array = MARKS, group: int = 0x6000, **attributes: object) -> Dataset:
    dataset = describe_plane(image_dataset(PLAIN, bits=12, **attributes), group)
    packed = np.packbits(marks.astype(np.uint8).ravel(), bitorder="little").tobytes()
    dataset.add_new(group << 16 | 0x3000, "OW", packed + b"\0" * (len(packed) % 2))
    return dataset


def embedded(marks: Array = MARKS, position: int = 12, **attributes: object) -> Dataset:
    dataset = image_dataset(PLAIN | marks << position, bits=12, **attributes)
    return describe_plane(dataset, 0x6000, allocated=16, position=position)


@pytest.fixture
def expected(tmp_path: Path) -> Digest:
    found = examined(write(apart(), tmp_path / "apart.dcm")).overlay_digest
    assert found is not None
    return found


def test_an_overlay_in_unused_bits_is_the_overlay_beside_the_pixels(tmp_path: Path, expected: Digest) -> None:
    for position in (12, 15):
        found = examined(write(embedded(position=position), tmp_path / "embedded.dcm"))
        assert found.overlay_digest == expected
        assert found.frames == examined(write(apart(), tmp_path / "apart.dcm")).frames


@pytest.mark.parametrize(("syntax", "encode"), [(RLELossless, rle_stream), (JPEGLosslessSV1, None)])
def test_an_overlay_in_unused_bits_survives_lossless_compression(
    syntax: str, encode: object, tmp_path: Path, expected: Digest
) -> None:
    words = PLAIN | MARKS << 12
    stream = rle_stream(words) if encode else jpeg_lossless_stream(words, 1)
    found = examined(write_compressed(embedded(), tmp_path / "compressed.dcm", syntax, [stream]))
    assert found.overlay_digest == expected


def test_other_marks_in_unused_bits_are_another_overlay(tmp_path: Path, expected: Digest) -> None:
    other = examined(write(embedded(1 - MARKS), tmp_path / "other.dcm"))
    assert other.overlay_digest not in (None, expected)


def test_byte_order_does_not_change_an_overlay(tmp_path: Path, expected: Digest) -> None:
    dataset = apart(PixelData=PLAIN.byteswap().tobytes())
    swapped = np.frombuffer(dataset[0x60003000].value, np.uint16).byteswap().tobytes()
    dataset[0x60003000].value = swapped
    assert examined(write(dataset, tmp_path / "big.dcm", ExplicitVRBigEndian)).overlay_digest == expected


def test_every_frame_of_an_overlay_counts(tmp_path: Path) -> None:
    def framed(last: Array) -> Digest | None:
        dataset = describe_plane(image_dataset(PLAIN, bits=12), 0x6000, frames=2)
        packed = np.packbits(np.stack([MARKS, last]).astype(np.uint8).ravel(), bitorder="little").tobytes()
        dataset.add_new(0x60003000, "OW", packed)
        return examined(write(dataset, tmp_path / "frames.dcm", ExplicitVRLittleEndian)).overlay_digest

    assert framed(MARKS) != framed(1 - MARKS)


def test_a_plane_without_bits_or_with_a_damaged_description_is_none(tmp_path: Path) -> None:
    bare = describe_plane(image_dataset(PLAIN, bits=12), 0x6000)
    assert examined(write(bare, tmp_path / "bare.dcm")).overlay_digest is None
    damaged = apart()
    damaged[0x60000010].value = None
    assert examined(write(damaged, tmp_path / "damaged.dcm")).overlay_digest is None
