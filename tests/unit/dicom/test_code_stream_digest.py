from pathlib import Path

import imagecodecs
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000, JPEG2000Lossless, JPEGBaseline8Bit

from pacs_dedup.dicom.code_stream_digest import without_remarks
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine
from tests.images import image_dataset, textured, write, write_compressed

EIGHT = textured(bits=8)
JPEG = imagecodecs.jpeg8_encode(EIGHT, level=75)
J2K = imagecodecs.jpeg2k_encode(EIGHT, level=40, reversible=False, codecformat="j2k")
COMMENT = b"\xff\xfe\x00\x0agateway1"
ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
REMARK = b"\xff\x64\x00\x0c\x00\x01gateway1"
STREAMS = {JPEGBaseline8Bit: JPEG, JPEG2000: J2K}


def examined(stream: bytes, syntax: str, path: Path) -> InstanceFingerprint:
    found = examine(write_compressed(image_dataset(EIGHT), path / "image.dcm", syntax, [stream]), BlobId("0" * 64))
    assert found.unreadable is None
    return found


def with_remarks(stream: bytes) -> list[bytes]:
    if stream is JPEG:
        return [stream[:2] + COMMENT + stream[2:], stream[:2] + ADOBE + COMMENT + stream[2:], stream + b"\0\0\0"]
    siz = 4 + int.from_bytes(stream[4:6], "big")
    return [stream[:siz] + REMARK + stream[siz:], stream + b"\0"]


@pytest.mark.parametrize("syntax", STREAMS)
def test_remarks_and_padding_do_not_change_a_code_stream(syntax: str, tmp_path: Path) -> None:
    plain = examined(STREAMS[syntax], syntax, tmp_path)
    for changed in with_remarks(STREAMS[syntax]):
        found = examined(changed, syntax, tmp_path)
        assert found.code_stream_digest == plain.code_stream_digest is not None
        assert found.dataset_digest == plain.dataset_digest


@pytest.mark.parametrize("syntax", STREAMS)
def test_a_changed_coded_byte_changes_the_digest(syntax: str, tmp_path: Path) -> None:
    stream = bytearray(STREAMS[syntax])
    stream[-40] ^= 1
    changed = write_compressed(image_dataset(EIGHT), tmp_path / "changed.dcm", syntax, [bytes(stream)])
    plain = examined(STREAMS[syntax], syntax, tmp_path)
    assert examine(changed, BlobId("0" * 64)).code_stream_digest != plain.code_stream_digest


def test_fragments_and_their_offsets_do_not_change_it(tmp_path: Path) -> None:
    dataset = image_dataset(EIGHT, PixelData=encapsulate([JPEG], fragments_per_frame=3, has_bot=False))
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    path = write(dataset, tmp_path / "fragments.dcm", JPEGBaseline8Bit)
    assert (
        examine(path, BlobId("0" * 64)).code_stream_digest
        == examined(JPEG, JPEGBaseline8Bit, tmp_path).code_stream_digest
    )


def test_a_lossless_image_needs_none(tmp_path: Path) -> None:
    stream = imagecodecs.jpeg2k_encode(EIGHT, reversible=True, codecformat="j2k")
    assert examined(stream, JPEG2000Lossless, tmp_path).code_stream_digest is None


@pytest.mark.parametrize(
    "stream", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\xff\xff", b"video", JPEG[:40]]
)
def test_whatever_is_no_code_stream_is_left_as_it_is_and_never_a_crash(stream: bytes) -> None:
    assert len(without_remarks(stream)) <= len(stream)


def test_the_same_samples_by_a_lossy_stream_and_native_are_one_frame(tmp_path: Path) -> None:
    lossy = examined(JPEG, JPEGBaseline8Bit, tmp_path)
    decompressed = imagecodecs.jpeg8_decode(JPEG)
    native = examine(
        write(image_dataset(decompressed, LossyImageCompression="01"), tmp_path / "n.dcm"), BlobId("0" * 64)
    )
    assert native.frames == lossy.frames
    assert lossy.rendition is not None
    assert lossy.rendition.soft
    assert native.rendition is not None
    assert not native.rendition.soft


@pytest.mark.parametrize(("bits", "signed", "disputed"), [(8, 0, False), (8, 1, True), (7, 0, True)])
def test_a_code_stream_that_contradicts_its_header_is_noted(
    bits: int, signed: int, disputed: bool, tmp_path: Path
) -> None:
    stream = imagecodecs.jpeg2k_encode(EIGHT, reversible=True, codecformat="j2k")
    dataset = image_dataset(EIGHT, bits=bits, PixelRepresentation=signed)
    found = examine(write_compressed(dataset, tmp_path / "image.dcm", JPEG2000Lossless, [stream]), BlobId("0" * 64))
    assert found.rendition is not None
    assert found.rendition.disputed is disputed
    assert found.rendition.bits_stored == bits
