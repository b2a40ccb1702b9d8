import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pacs_dedup.domain.alignment import sketch_distance
from pacs_dedup.domain.policy import Policy
from pacs_dedup.pixels.grey import GreyFrame, area_average, grey_frame
from pacs_dedup.pixels.residual import residual_sketch
from pacs_dedup.pixels.signature import perceptual_hash
from pacs_dedup.pixels.verify import verify_grey_frames
from tests.images import textured

Plane = NDArray[np.float32]
COPY = Policy().copy_correlation
REPEAT = Policy().repeat_correlation


def scan(noise_seed: int = 1, size: int = 256) -> Plane:
    """Anatomy that is always the same, with noise that is not."""
    anatomy = textured(size, size, noise=0.0).astype(np.float32)
    return anatomy + 80 * np.random.default_rng(noise_seed).standard_normal((size, size)).astype(np.float32)


def windowed(values: Plane, low: float = 0.5, high: float = 99.5) -> NDArray[np.uint8]:
    floor, ceiling = np.percentile(values, (low, high))
    return np.rint(np.clip((values - floor) / (ceiling - floor), 0, 1) * 255).astype(np.uint8)


def jpeg(values: Plane) -> Plane:
    buffer = io.BytesIO()
    Image.fromarray(windowed(values)).save(buffer, "JPEG", quality=75)
    return np.asarray(Image.open(buffer)).astype(np.float32)


def burnt_in(values: Plane) -> Plane:
    marked = values.copy()
    marked[10:30, 20:120] = values.max()
    return marked


COPIES = {
    "JPEG quality 75": jpeg,
    "8 bits": lambda v: windowed(v).astype(np.float32),
    "narrow window": lambda v: windowed(v, 20, 90).astype(np.float32),
    "half size": lambda v: area_average(v, v.shape[0] // 2),
    "three quarters": lambda v: np.asarray(Image.fromarray(v).resize((192, 192), Image.Resampling.LANCZOS)),
    "inverted": lambda v: -v,
    "gamma": lambda v: ((v - v.min()) / np.ptp(v)) ** np.float32(0.7),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_has_the_noise_of_its_original(name: str) -> None:
    original = scan()
    found = verify_grey_frames(GreyFrame(original), GreyFrame(COPIES[name](original)))
    assert not found.refused
    assert found.correlation >= COPY
    assert found.inverted == (name == "inverted")


@pytest.mark.parametrize("name", COPIES)
def test_the_order_of_the_two_frames_does_not_matter(name: str) -> None:
    original, copy = GreyFrame(scan()), GreyFrame(COPIES[name](scan()))
    there, back = verify_grey_frames(original, copy), verify_grey_frames(copy, original)
    assert there.correlation == pytest.approx(back.correlation, abs=0.1)


def test_a_repeat_acquisition_has_other_noise_however_alike_it_looks() -> None:
    found = verify_grey_frames(GreyFrame(scan(1)), GreyFrame(scan(2)))
    assert found.likeness > 0.9
    assert found.correlation < REPEAT
    assert found.noise_ratio > 1


def test_a_repeat_with_hardly_any_noise_is_not_called_a_copy() -> None:
    quiet = textured(256, 256, noise=0.0).astype(np.float32)
    other = quiet + np.float32(20) * np.random.default_rng(5).standard_normal(quiet.shape).astype(np.float32)
    found = verify_grey_frames(GreyFrame(quiet), GreyFrame(np.rint(other)), lossless=True)
    assert "repeat" in found.refused


def test_a_windowed_copy_is_explained_by_its_grey_curve() -> None:
    original = scan()
    assert not verify_grey_frames(
        GreyFrame(original), GreyFrame(windowed(original).astype(np.float32)), lossless=True
    ).refused


def test_burnt_in_text_shows_as_a_few_blocks_that_disagree() -> None:
    original = scan()
    found = verify_grey_frames(GreyFrame(original), GreyFrame(burnt_in(original)))
    assert found.correlation >= COPY
    assert 0 < found.outlier_share < 0.1


@pytest.mark.parametrize("frame", [np.zeros((64, 64)), np.eye(18), np.ones((3, 3))], ids=["blank", "small", "tiny"])
def test_frames_with_too_little_to_compare_are_refused(frame: Plane) -> None:
    plane = GreyFrame(frame.astype(np.float32))
    assert verify_grey_frames(plane, plane).refused


@pytest.mark.parametrize("name", COPIES)
def test_the_sketch_of_a_copy_is_near_that_of_its_original(name: str) -> None:
    first, second = (residual_sketch(GreyFrame(frame)) for frame in (scan(), COPIES[name](scan())))
    assert first is not None
    assert second is not None
    assert len(first) == 64
    assert (sketch_distance(first, second) or 0) <= 0.35


def test_the_sketch_of_another_image_is_far() -> None:
    first, second = (residual_sketch(GreyFrame(textured(256, 256, seed=s).astype(np.float32) * s)) for s in (1, 2))
    noise = [
        residual_sketch(GreyFrame(np.random.default_rng(s).standard_normal((256, 256)).astype(np.float32)))
        for s in (1, 2)
    ]
    assert None not in (first, second, *noise)
    assert (sketch_distance(noise[0], noise[1]) or 0) > 0.403


def test_a_blank_frame_has_neither_sketch_nor_perceptual_hash() -> None:
    blank = GreyFrame(np.zeros((64, 64), np.float32))
    assert residual_sketch(blank) is None
    assert perceptual_hash(blank) is None


def test_the_perceptual_hash_survives_a_window_and_a_change_of_size() -> None:
    hashes = [int(perceptual_hash(GreyFrame(f)) or "", 16) for f in (scan(), COPIES["half size"](scan()), jpeg(scan()))]
    assert max((hashes[0] ^ other).bit_count() for other in hashes) <= 16


def test_padding_and_polarity_do_not_change_grey() -> None:
    stored = textured(64, 64).astype(np.int32)
    padded = stored.copy()
    padded[:5] = -2000
    grey = grey_frame(padded, "MONOCHROME2", padding=-2000).values
    assert grey[:5].max() == stored[5:].min()
    assert np.array_equal(grey_frame(stored, "MONOCHROME1").values, -grey_frame(stored, "MONOCHROME2").values)


def test_colour_is_compared_by_its_luminance() -> None:
    rgb = np.zeros((4, 4, 3), np.int32)
    rgb[:, :, 1] = 100
    assert grey_frame(rgb, "RGB").values[0, 0] == pytest.approx(58.7)
    assert grey_frame(rgb + np.array([7, 0, 0]), "YBR_FULL").values[0, 0] == 7
