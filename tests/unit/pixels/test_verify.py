from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pacs_dedup.domain.frames.noise_model import LEAST_COPY_BITS, copy_bits
from pacs_dedup.domain.frames.verification import Fidelity, FrameVerification
from pacs_dedup.pixels.filters import gaussian
from pacs_dedup.pixels.grey import GreyFrame
from pacs_dedup.pixels.verify import verify_grey_frames
from tests.images import textured
from tests.planes import COPIES, Plane, area_average, burnt_in, jpeg, resized, scan, windowed

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


def test_whether_grey_levels_follow_is_asked_of_single_pixels_where_the_frame_is_too_large_to_compare_whole() -> None:
    large = textured(1200, 1200, noise=30.0).astype(np.float32)
    large -= large.min()
    bent = np.rint(large ** np.float32(0.5) * 60)
    found = verify_grey_frames(GreyFrame(large), GreyFrame(bent), lossless=True)
    assert found.unexplained_share < 0.01
    masked = bent.copy()
    masked[:500] = 0
    assert verify_grey_frames(GreyFrame(large), GreyFrame(masked), lossless=True).unexplained_share < 0.01
    other = bent + np.rint(40 * np.random.default_rng(5).standard_normal(bent.shape)).astype(np.float32)
    assert verify_grey_frames(GreyFrame(large), GreyFrame(other), lossless=True).unexplained_share > 0.3


def test_burnt_in_text_shows_as_a_few_blocks_that_disagree() -> None:
    original = scan()
    found = verify_grey_frames(GreyFrame(original), GreyFrame(burnt_in(original)))
    assert found.correlation >= COPY
    assert 0 < found.outlier_share < 0.1


@pytest.mark.parametrize("frame", [np.zeros((64, 64)), np.eye(18), np.ones((3, 3))], ids=["blank", "small", "tiny"])
def test_frames_with_too_little_to_compare_are_refused(frame: Plane) -> None:
    plane = GreyFrame(frame.astype(np.float32))
    assert verify_grey_frames(plane, plane).refused


def test_of_frames_with_too_few_grey_levels_the_likeness_of_the_whole_is_told() -> None:
    rows, columns = np.mgrid[:256, :256]
    head = (scan() + 20_000 * (np.hypot(rows - 120, columns - 90) < 60)).astype(np.float32)
    flat = np.rint(head / 10_000).astype(np.float32)
    found = verify_grey_frames(GreyFrame(head), GreyFrame(flat))
    assert found.refused
    assert found.compared
    assert found.overall > 0.98
    other = verify_grey_frames(GreyFrame(np.rot90(head).copy()), GreyFrame(flat))
    assert other.overall < 0.6
    assert not FrameVerification(refused="the file is gone").compared


@pytest.mark.parametrize(("side", "thin"), [(24, True), (60, False)])
def test_where_few_pixels_carry_grey_levels_what_they_say_is_marked_as_thin(side: int, thin: bool) -> None:
    frame = np.full((256, 256), -2000, np.float32)
    part = slice(100, 100 + side)
    frame[part, part] = scan()[part, part]
    found = verify_grey_frames(GreyFrame(frame), GreyFrame(np.rint((frame + 2000) / np.ptp(frame) * 255)))
    assert not found.refused
    assert found.thin is thin


def smoothed_and_halved(values: Plane) -> Plane:
    """What software does that interpolates between smoothed pixels, and not between areas."""
    image = gaussian(values, 1.0)
    return (image[0::2, 0::2] + image[1::2, 0::2] + image[0::2, 1::2] + image[1::2, 1::2]) / 4


@pytest.mark.parametrize("smaller", [smoothed_and_halved, lambda v: area_average(v, v.shape[0] // 2)])
def test_whichever_filter_made_a_copy_smaller_it_keeps_the_noise_of_its_original(
    smaller: Callable[[Plane], Plane],
) -> None:
    found = verify_grey_frames(GreyFrame(scan()), GreyFrame(smaller(scan()).astype(np.float32)), lossless=True)
    assert found.fidelity is Fidelity.RESAMPLED
    assert copy_bits(found) >= LEAST_COPY_BITS
    other = verify_grey_frames(GreyFrame(scan(2)), GreyFrame(smaller(scan()).astype(np.float32)), lossless=True)
    assert copy_bits(other) < -LEAST_COPY_BITS


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


def test_what_was_painted_in_changes_the_mean_of_a_block_however_smooth_it_is() -> None:
    original = scan()
    rows, columns = np.mgrid[: original.shape[0], : original.shape[1]]
    reach = float(original.max() - original.min())
    hill = np.exp(-((rows - 120) ** 2 + (columns - 120) ** 2) / 400) * 0.15 * reach
    painted_in = GreyFrame((original + hill).astype(np.float32))
    found = verify_grey_frames(GreyFrame(original), painted_in)
    assert found.outlier_share < 0.01
    assert 0.05 < found.changed < 0.2
    assert verify_grey_frames(painted_in, GreyFrame(original)).changed > 0.05
    assert verify_grey_frames(GreyFrame(original), GreyFrame(original)).changed < 0.01
