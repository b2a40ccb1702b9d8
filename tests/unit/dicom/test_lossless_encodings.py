import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from pacs_dedup.dicom.decode_pixels import decode_frame
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine
from tests.images import LOSSLESS_ENCODERS, Array, image_dataset, textured, write, write_compressed

NATIVE = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian)
BLOB = BlobId("0" * 64)


def colour() -> Array:
    return np.stack([textured(bits=8, seed=seed) for seed in (1, 2, 3)], axis=-1)


IMAGES = {
    "12 of 16 bits": (textured(), 12),
    "signed 16 bits": (textured().astype(np.int16) - 2000, 16),
    "signed 12 of 16 bits": ((textured(bits=11).astype(np.int16) - 1024), 12),
    "8 bits": (textured(bits=8), 8),
    "odd size": (textured(33, 35, bits=8), 8),
    "colour": (colour(), 8),
}


def encoded(array: Array, bits: int, folder: Path) -> list[Path]:
    """The image in every lossless transfer syntax."""
    paths = []
    for syntax in NATIVE:
        dataset = image_dataset(to_words(array, syntax), bits=bits, **representation(array))
        paths.append(write(dataset, folder / f"{syntax}.dcm", syntax))
    for syntax, encode in LOSSLESS_ENCODERS.items():
        dataset = image_dataset(array, bits=bits)
        paths.append(write_compressed(dataset, folder / f"{syntax}.dcm", syntax, [encode(array)]))
    return paths


def to_words(array: Array, syntax: str) -> Array:
    return array.byteswap() if syntax == ExplicitVRBigEndian and array.dtype.itemsize > 1 else array


def representation(array: Array) -> dict[str, int]:
    return {"PixelRepresentation": int(array.dtype.kind == "i")}


@pytest.mark.parametrize("name", IMAGES)
def test_every_lossless_transfer_syntax_gives_one_fingerprint(name: str, tmp_path: Path) -> None:
    array, bits = IMAGES[name]
    prints = [examine(path, BLOB) for path in encoded(array, bits, tmp_path)]
    assert [p.unreadable for p in prints] == [None] * len(prints)
    assert len({p.frames for p in prints}) == 1
    assert len({p.dataset_digest for p in prints}) == 1
    assert len({p.presentation_digest for p in prints}) == 1


@pytest.mark.parametrize("name", IMAGES)
def test_decoding_returns_what_was_encoded(name: str, tmp_path: Path) -> None:
    array, bits = IMAGES[name]
    for path in encoded(array, bits, tmp_path):
        assert np.array_equal(decode_frame(path).array, array), path.name


@settings(max_examples=15, deadline=None)
@given(data=st.data(), bits=st.integers(2, 16), signed=st.booleans())
def test_any_samples_survive_any_lossless_encoding(data: st.DataObject, bits: int, signed: bool) -> None:
    rows, columns = data.draw(st.integers(3, 20)), data.draw(st.integers(3, 20))
    seed = data.draw(st.integers(0, 2**32 - 1))
    values = np.random.default_rng(seed).integers(0, 1 << bits, (rows, columns))
    array = (values - (1 << (bits - 1)) * signed).astype(np.int16 if signed else np.uint16)
    with tempfile.TemporaryDirectory() as folder:
        for path in encoded(array, bits, Path(folder)):
            assert np.array_equal(decode_frame(path).array, array), path.name


def test_frames_of_a_multi_frame_image_are_told_apart_in_every_syntax(tmp_path: Path) -> None:
    frames = np.stack([textured(seed=seed) for seed in (1, 2, 3)])
    native = write(image_dataset(frames, bits=12, NumberOfFrames=3), tmp_path / "native.dcm")
    expected = [frame.stored_digest for frame in examine(native, BLOB).frames]
    assert len(set(expected)) == 3
    for syntax, encode in LOSSLESS_ENCODERS.items():
        dataset = image_dataset(frames, bits=12, NumberOfFrames=3)
        path = write_compressed(dataset, tmp_path / "compressed.dcm", syntax, [encode(frame) for frame in frames])
        assert [frame.stored_digest for frame in examine(path, BLOB).frames] == expected
        assert np.array_equal(decode_frame(path, 1).array, frames[1])
