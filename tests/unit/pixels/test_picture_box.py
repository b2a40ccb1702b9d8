import numpy as np
import pytest

from pacs_dedup.pixels.picture_box import picture_box, robust_range
from tests.planes import Plane, jpeg, scan


def framed(picture: Plane, top: int, left: int, shape: tuple[int, int]) -> Plane:
    frame = np.full(shape, picture.min(), np.float32)
    frame[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return frame


def test_a_border_is_cut_off_to_the_pixel() -> None:
    assert picture_box(framed(scan(), 17, 31, (300, 320))) == (slice(17, 273), slice(31, 287))


def test_the_noise_that_jpeg_leaves_in_a_border_is_cut_off_too() -> None:
    box = picture_box(jpeg(framed(scan(), 32, 40, (320, 336)), quality=60))
    assert box is not None
    edges = (box[0].start, box[0].stop, box[1].start, box[1].stop)
    assert edges == pytest.approx((32, 288, 40, 296), abs=8)


def test_letters_in_a_margin_do_not_make_it_a_picture() -> None:
    frame = framed(scan(), 40, 100, (400, 400))
    frame[60:64, 20:60] = frame.max()
    assert picture_box(frame) == (slice(40, 296), slice(100, 356))


def test_a_tool_bar_behind_a_gap_is_left_out() -> None:
    frame = framed(scan(), 60, 70, (400, 400))
    frame[:25] = np.arange(400) * 10
    assert picture_box(frame) == (slice(60, 316), slice(70, 326))


def test_an_inverted_frame_has_the_same_box() -> None:
    frame = framed(scan(), 17, 31, (300, 320))
    assert picture_box(-frame) == picture_box(frame)


@pytest.mark.parametrize("frame", [scan(), np.zeros((64, 64), np.float32)], ids=["no border", "blank"])
def test_a_frame_without_margins_has_no_box(frame: Plane) -> None:
    assert picture_box(frame) is None


def test_a_few_lines_are_no_picture() -> None:
    frame = np.zeros((256, 256), np.float32)
    frame[10:20] = np.random.default_rng(1).random((10, 256))
    assert picture_box(frame) is None


def test_the_range_leaves_out_half_a_percent_at_either_end() -> None:
    values = np.arange(128 * 128, dtype=np.float32).reshape(128, 128)
    assert robust_range(values) == pytest.approx((0.005 * values.max(), 0.995 * values.max()))
