import numpy as np
import pytest

from pacs_dedup.domain.frames.verification import FrameVerification
from pacs_dedup.pixels.grey import GreyFrame
from pacs_dedup.pixels.region import find_overlap
from pacs_dedup.pixels.tile_shifts import best_shift, refined_axes
from pacs_dedup.pixels.verify import verify_grey_frames
from tests.planes import Plane, jpeg, resized, scan

COPY = 0.75


def shapes(seed: int = 3, size: int = 256, noise: float = 60) -> Plane:
    """Anatomy of many sizes, so that places can be told apart, with noise."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size].astype(np.float32)
    plane = np.zeros((size, size), np.float32)
    for _ in range(40):
        row, column, radius = generator.uniform(0, size), generator.uniform(0, size), generator.uniform(4, 40)
        plane += generator.uniform(200, 1500) * (((y - row) ** 2 + (x - column) ** 2) < radius**2)
    return plane + np.float32(noise) * generator.standard_normal((size, size)).astype(np.float32)


def screen_of(picture: Plane, side: int) -> Plane:
    screen = np.zeros((768, 1024), np.float32)
    screen[90 : 90 + side, 200 : 200 + side] = resized(picture, side)
    screen[:30] = np.arange(1024) % 100
    return screen


def looked(first: Plane, second: Plane) -> FrameVerification:
    return verify_grey_frames(GreyFrame(first), GreyFrame(second), search_region=True)


@pytest.mark.parametrize("cut", [(13, 13), (26, 26), (0, 25), (20, 5)])
def test_a_crop_is_found_where_it_was_cut(cut: tuple[int, int]) -> None:
    original = shapes()
    rows, columns = cut
    found = looked(original, original[rows : 256 - rows, columns : 256 - columns])
    assert found.correlation >= COPY
    assert found.region == pytest.approx(
        (rows / 256, columns / 256, 1 - 2 * rows / 256, 1 - 2 * columns / 256), abs=0.005
    )


def test_an_added_border_is_left_aside() -> None:
    original = shapes()
    found = looked(original, np.pad(original, ((20, 30), (10, 40)), constant_values=original.min()))
    assert found.correlation >= COPY
    assert found.region == pytest.approx((20 / 306, 10 / 306, 256 / 306, 256 / 306), abs=0.005)


@pytest.mark.parametrize("side", [300, 480, 611])
def test_a_picture_inside_a_captured_screen_is_found_and_is_a_copy(side: int) -> None:
    original = shapes()
    found = looked(original, jpeg(screen_of(original, side), quality=90))
    assert found.correlation >= COPY
    assert found.region == pytest.approx((90 / 768, 200 / 1024, side / 768, side / 1024), abs=0.01)


def test_the_order_of_the_two_does_not_matter() -> None:
    original = shapes()
    crop = original[20:240, 15:250]
    there, back = looked(original, crop), looked(crop, original)
    assert there.region == pytest.approx(back.region, abs=1e-3)
    assert there.correlation == pytest.approx(back.correlation, abs=0.02)


def test_a_crop_of_a_repeat_shows_the_same_but_has_other_noise() -> None:
    anatomy = shapes(noise=0)
    first, second = (
        anatomy + np.float32(200) * np.random.default_rng(s).standard_normal(anatomy.shape).astype(np.float32)
        for s in (1, 2)
    )
    found = looked(first, second[20:236, 20:236])
    assert found.region is not None
    assert found.noise_ratio > 1
    assert found.fine_correlation < 0.5


def test_another_picture_shows_no_part_of_this_one() -> None:
    assert find_overlap(shapes(3), shapes(4)) is None


def test_a_copy_of_the_whole_frame_has_no_region() -> None:
    assert looked(scan(), jpeg(scan())).region is None


def test_frames_too_small_to_share_a_part_are_left_as_they_are() -> None:
    assert find_overlap(scan(size=20), scan(2, size=20)) is None
    assert looked(np.zeros((64, 64), np.float32), scan(size=64)).refused


@pytest.mark.parametrize("shift", [(0, 0), (7, -3), (-12, 20)])
def test_the_shift_of_a_displaced_plane_is_found(shift: tuple[int, int]) -> None:
    plane = np.random.default_rng(1).standard_normal((100, 90)).astype(np.float32)
    down, across = shift
    larger = np.pad(plane, 30)[30 - down : 130 - down, 30 - across : 120 - across]
    assert best_shift(larger, plane) == shift


def test_tiles_tell_a_small_change_of_scale() -> None:
    original = shapes(size=256)
    stretched = resized(original, 259)[:256, :256]
    axes = refined_axes(original, stretched)
    assert axes is not None
    assert [axis.scale for axis in axes] == pytest.approx([256 / 259] * 2, abs=0.003)


def test_planes_that_have_nothing_in_common_are_not_aligned() -> None:
    first, second = (np.random.default_rng(s).standard_normal((128, 128)).astype(np.float32) for s in (1, 2))
    assert refined_axes(first, second) is None
    assert refined_axes(first[:40, :40], first[:40, :40]) is None
