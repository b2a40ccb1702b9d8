"""Whatever a transfer does to the encoding of pixels, their digests stay; whatever it does to a pixel, they change."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pacs_dedup.domain.fingerprint import FrameFingerprint
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine
from tests.images import Array, image_dataset, textured, write
from tests.re_encodings import SAME_PICTURE, SAME_SAMPLES, native, scratch

BLOB = BlobId("0" * 64)
PLAIN_SYNTAX = "1.2.840.10008.1.2.1"
sides = st.integers(34, 48)
seeds = st.integers(0, 2**32 - 1)


def image(rows: int, columns: int, bits: int, seed: int, *, signed: bool) -> Array:
    values = np.random.default_rng(seed).integers(0, 1 << bits, (rows, columns))
    kind = "i" if signed else "u"
    return (values - (1 << bits - 1) * signed).astype(f"{kind}{1 if bits <= 8 else 2}")


def frames_of(path: Path) -> tuple[FrameFingerprint, ...]:
    found = examine(path, BLOB)
    assert found.unreadable is None
    return found.frames


@settings(max_examples=25, deadline=None)
@given(rows=sides, columns=sides, bits=st.integers(5, 16), seed=seeds, signed=st.booleans())
def test_every_lossless_re_encoding_has_the_digests_of_the_original(
    rows: int, columns: int, bits: int, seed: int, signed: bool
) -> None:
    array = image(rows, columns, bits, seed, signed=signed)
    with scratch() as folder:
        expected = frames_of(native(PLAIN_SYNTAX)(array, bits, Path(folder)))
        for name, rewrite in SAME_SAMPLES.items():
            assert frames_of(rewrite(array, bits, Path(folder))) == expected, name


@settings(max_examples=25, deadline=None)
@given(rows=sides, columns=sides, bits=st.integers(5, 14), seed=seeds, signed=st.booleans())
def test_every_rewriting_of_values_has_the_value_digest_of_the_original(
    rows: int, columns: int, bits: int, seed: int, signed: bool
) -> None:
    array = image(rows, columns, bits, seed, signed=signed)
    with scratch() as folder:
        (expected,) = frames_of(native(PLAIN_SYNTAX)(array, bits, Path(folder)))
        assert expected.value_digest is not None
        for name, rewrite in SAME_PICTURE.items():
            (found,) = frames_of(rewrite(array, bits, Path(folder)))
            assert found.value_digest == expected.value_digest, name


@settings(max_examples=60, deadline=None)
@given(data=st.data(), bits=st.integers(5, 16), seed=seeds)
def test_one_changed_bit_of_one_shown_sample_changes_both_digests(data: st.DataObject, bits: int, seed: int) -> None:
    array = image(36, 40, bits, seed, signed=False)
    changed = array.copy()
    place = data.draw(st.integers(0, 35)), data.draw(st.integers(0, 39))
    changed[place] ^= array.dtype.type(1 << data.draw(st.integers(0, bits - 1)))
    with scratch() as folder:
        (one,), (other,) = (frames_of(native(PLAIN_SYNTAX)(each, bits, Path(folder))) for each in (array, changed))
    assert one.stored_digest != other.stored_digest
    assert one.value_digest != other.value_digest


@settings(max_examples=10, deadline=None)
@given(seed=seeds, frames=st.integers(2, 5))
def test_a_multi_frame_image_has_the_frames_of_the_single_ones(seed: int, frames: int) -> None:
    stack = np.stack([image(40, 36, 12, seed + number, signed=False) for number in range(frames)])
    with scratch() as folder:
        whole = write(image_dataset(stack, bits=12, NumberOfFrames=frames), Path(folder) / "multi.dcm")
        single = [frames_of(native(PLAIN_SYNTAX)(frame, 12, Path(folder)))[0] for frame in stack]
        assert frames_of(whole) == tuple(single)


@pytest.mark.parametrize("planar", [0, 1])
def test_colour_is_one_in_planes_and_in_pixels(planar: int, tmp_path: Path) -> None:
    colour = np.stack([textured(40, 36, bits=8, seed=seed) for seed in (1, 2, 3)], axis=-1)
    stored = np.moveaxis(colour, -1, 0) if planar else colour
    dataset = image_dataset(colour, PlanarConfiguration=planar, PixelData=stored.tobytes())
    expected = frames_of(write(image_dataset(colour), tmp_path / "pixels.dcm"))
    assert frames_of(write(dataset, tmp_path / "planar.dcm")) == expected


def test_a_palette_and_its_colours_are_shown_by_one_digest(tmp_path: Path) -> None:
    indices = textured(40, 36, bits=8) // 32
    table = np.random.default_rng(3).integers(0, 256, (3, 8)).astype(np.uint8)
    dataset = image_dataset(indices, PhotometricInterpretation="PALETTE COLOR")
    for name, entries in zip(("Red", "Green", "Blue"), table, strict=True):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [8, 0, 8])
        setattr(dataset, f"{name}PaletteColorLookupTableData", entries.tobytes())
    (indexed,) = frames_of(write(dataset, tmp_path / "palette.dcm"))
    (coloured,) = frames_of(write(image_dataset(np.moveaxis(table[:, indices], 0, -1).copy()), tmp_path / "rgb.dcm"))
    assert indexed.stored_digest != coloured.stored_digest
    assert indexed.shown_digest == coloured.shown_digest == coloured.stored_digest


def test_another_process_finds_the_same_fingerprint(tmp_path: Path) -> None:
    path = write(image_dataset(textured(seed=9), bits=12, Modality="DX"), tmp_path / "image.dcm")
    program = (
        "import sys; from pathlib import Path; from pacs_dedup.pipeline.examine import examine;"
        "print(repr(examine(Path(sys.argv[1]), '0' * 64)))"
    )
    for seed in ("1", "4242"):
        said = subprocess.run(
            [sys.executable, "-c", program, str(path)],
            env={**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": seed[0]},
            check=True,
            capture_output=True,
            text=True,
        )
        assert said.stdout.strip() == repr(examine(path, BLOB))
