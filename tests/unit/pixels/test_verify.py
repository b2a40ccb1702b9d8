from dataclasses import replace

import numpy as np
import pytest

from pacs_dedup.domain.frames.noise_model import LEAST_COPY_BITS, copy_bits
from pacs_dedup.domain.frames.verification import Fidelity
from pacs_dedup.pixels.grey import GreyFrame
from pacs_dedup.pixels.verify import verify_grey_frames
from tests.images import textured
from tests.planes import COPIES, Plane, burnt_in, jpeg, resized, scan, windowed

COPY, REPEAT = 0.75, 0.30


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
    assert found.unexplained_share > 0.3
    assert copy_bits(found) < 0


def test_a_windowed_copy_is_explained_by_its_grey_curve() -> None:
    original = scan()
    found = verify_grey_frames(GreyFrame(original), GreyFrame(windowed(original).astype(np.float32)), lossless=True)
    assert found.fidelity is Fidelity.EXACT
    assert found.unexplained_share < 0.03
    assert copy_bits(found) > 3


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
def test_exchanged_frames_give_the_same_figures(name: str) -> None:
    a, b = GreyFrame(scan()), GreyFrame(COPIES[name](scan(2)))
    there, back = verify_grey_frames(a, b), verify_grey_frames(b, a)
    assert replace(back, energy_ratio=-back.energy_ratio) == there


def test_what_is_painted_over_does_not_count() -> None:
    original = scan()
    painted = original.copy()
    painted[:60] = original.min()
    found = verify_grey_frames(GreyFrame(original), GreyFrame(painted), lossless=True)
    assert found.correlation > 0.99
    assert found.noise_ratio < 0.1


def test_a_smoothed_copy_has_less_energy_in_its_finest_band() -> None:
    original = scan()
    smoothed = resized(resized(original, 180), 256)
    found = verify_grey_frames(GreyFrame(original), GreyFrame(smoothed))
    assert found.energy_ratio != 0
    assert np.sign(found.energy_ratio) == np.sign(
        verify_grey_frames(GreyFrame(original), GreyFrame(jpeg(smoothed))).energy_ratio
    )


def limb(side: int = 256) -> Plane:
    """A limb in a sixtieth of the frame; all else is one value, as where a scanner writes padding."""
    frame = np.full((side, side), -2000, np.float32)
    frame[100:133, 100:133] = scan()[100:133, 100:133]
    return frame


@pytest.mark.parametrize("side", [192, 180])
def test_a_background_of_one_value_leaves_grey_levels_to_compare(side: int) -> None:
    found = verify_grey_frames(GreyFrame(limb()), GreyFrame(resized(limb(), side)))
    assert not found.refused
    assert found.correlation >= COPY


def test_a_small_matrix_is_asked_for_fewer_pixels() -> None:
    small = np.full((64, 64), -500, np.float32)
    small[20:40, 18:42] = scan()[100:120, 100:124]
    found = verify_grey_frames(GreyFrame(small), GreyFrame(windowed(small).astype(np.float32)))
    assert not found.refused
    assert 128 <= found.live_pixels < 400
    assert found.correlation >= COPY


@pytest.mark.parametrize("side", [64, 256])
def test_repeats_on_a_background_of_one_value_are_not_read_as_copies(side: int) -> None:
    frames = [np.full((side, side), -2000, np.float32) for _ in range(2)]
    part = (slice(20, 50), slice(20, 50))
    for seed, frame in enumerate(frames):
        frame[part] = scan(seed + 1)[100:130, 100:130]
    found = verify_grey_frames(*map(GreyFrame, frames))
    assert found.live_pixels > 128
    assert copy_bits(found) < LEAST_COPY_BITS
    assert found.refused or copy_bits(replace(found, fidelity=Fidelity.EXACT)) < 0


def test_two_frames_without_any_noise_share_none() -> None:
    rows, columns = np.mgrid[:256, :256].astype(np.float32)
    found = verify_grey_frames(
        GreyFrame(rows // 16 * 16), GreyFrame((columns // 16 * 16 + rows // 32).astype(np.float32))
    )
    assert found.refused or copy_bits(found) < 0
