import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pacs_dedup.domain.frames.alignment import sketch_distance
from pacs_dedup.pixels.grey import GreyFrame, area_average, grey_frame
from pacs_dedup.pixels.residual import residual_sketch, trimmed_sketch
from pacs_dedup.pixels.signature import perceptual_hash
from tests.images import textured
from tests.planes import COPIES, Plane, jpeg, resized, scan

FAR = 0.403
"""Six standard deviations from the distance of sketches that have nothing in common."""


def distance(first: Plane, second: Plane) -> float:
    a, b = residual_sketch(GreyFrame(first)), residual_sketch(GreyFrame(second))
    assert a is not None
    assert b is not None
    assert len(a) == len(b) == 64
    return sketch_distance(a, b) or 0.0


@pytest.mark.parametrize("name", COPIES)
def test_the_sketch_of_a_copy_is_near_that_of_its_original(name: str) -> None:
    assert distance(scan(), COPIES[name](scan())) <= 0.35


def test_the_sketch_of_other_noise_is_far() -> None:
    first, second = (np.random.default_rng(s).standard_normal((256, 256)).astype(np.float32) for s in (1, 2))
    assert distance(first, second) > FAR


def test_an_inverted_copy_has_every_bit_of_the_other_sign() -> None:
    upright, inverted = residual_sketch(GreyFrame(scan())), residual_sketch(GreyFrame(-scan()))
    assert upright is not None
    assert inverted == bytes(255 - byte for byte in upright)


@settings(max_examples=20, deadline=None)
@given(slope=st.integers(1, 8), intercept=st.integers(-2048, 2048))
def test_rescaling_by_whole_numbers_leaves_the_sketch_where_it_is(slope: int, intercept: int) -> None:
    stored = np.rint(scan(size=128))
    assert distance(stored, (slope * stored + intercept).astype(np.float32)) <= 0.01


def test_every_process_finds_the_same_sketch() -> None:
    program = (
        "from tests.planes import scan; from pacs_dedup.pixels.grey import GreyFrame;"
        "from pacs_dedup.pixels.residual import residual_sketch as s; print(s(GreyFrame(scan(size=128))).hex())"
    )
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    expected = residual_sketch(GreyFrame(scan(size=128)))
    assert expected is not None
    assert answer == expected.hex() + "\n"


def test_a_copy_with_a_border_meets_its_original_without_it() -> None:
    original = scan()
    bordered = np.pad(original, 23, constant_values=original.min())
    whole, trimmed = residual_sketch(GreyFrame(original)), trimmed_sketch(GreyFrame(bordered))
    assert trimmed == whole
    assert distance(original, bordered) > 0.3


def test_a_screen_capture_meets_its_original_inside_its_black_margins() -> None:
    original = scan()
    screen = np.zeros((768, 1024), np.float32)
    screen[84:684, 212:812] = resized(jpeg(original).astype(np.float32), 600)
    screen[:30] = np.arange(1024) % 200
    found = trimmed_sketch(GreyFrame(screen))
    assert (sketch_distance(residual_sketch(GreyFrame(original)), found) or 0) <= 0.2


def test_a_frame_without_a_border_has_no_second_sketch() -> None:
    assert trimmed_sketch(GreyFrame(scan())) is None


def test_a_blank_frame_has_neither_sketch_nor_perceptual_hash() -> None:
    blank = GreyFrame(np.zeros((64, 64), np.float32))
    assert residual_sketch(blank) is None
    assert trimmed_sketch(blank) is None
    assert perceptual_hash(blank) is None


def test_a_frame_with_one_mark_in_its_corner_has_too_little_for_a_sketch() -> None:
    dot = np.zeros((256, 256), np.float32)
    dot[:20, :20] = 1
    assert residual_sketch(GreyFrame(dot)) is None


@pytest.mark.parametrize("shape", [(20, 30), (64, 64), (90, 70), (100, 300), (131, 517)])
def test_frames_of_any_size_have_a_sketch(shape: tuple[int, int]) -> None:
    grain = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    assert len(residual_sketch(GreyFrame(grain)) or b"") == 64


def test_the_perceptual_hash_survives_a_window_and_a_change_of_size() -> None:
    hashes = [int(perceptual_hash(GreyFrame(f)) or "", 16) for f in (scan(), COPIES["half size"](scan()), jpeg(scan()))]
    assert max((hashes[0] ^ other).bit_count() for other in hashes) <= 16


@settings(max_examples=50, deadline=None)
@given(rows=st.integers(1, 90), columns=st.integers(1, 90), side=st.integers(1, 64))
def test_averaging_areas_keeps_the_mean(rows: int, columns: int, side: int) -> None:
    plane = np.random.default_rng(rows * 100 + columns).random((rows, columns)).astype(np.float32)
    averaged = area_average(plane, side)
    assert averaged.shape == (min(rows, side), min(columns, side))
    assert averaged.mean() == pytest.approx(plane.mean(), rel=1e-5)


def test_a_row_on_the_edge_of_two_groups_counts_in_each_by_its_share() -> None:
    plane = np.array([[0.0], [3.0], [6.0]], np.float32)
    assert area_average(plane, 2).ravel().tolist() == pytest.approx([1.0, 5.0])


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
