"""A thumbnail shows what a reviewer would see: right window, right polarity, right colours, small."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pacs_dedup.pixels.thumbnail import THUMBNAIL_SIDE, Shown, difference_thumbnail, display_values, thumbnail


def opened(png: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(BytesIO(png)))


def a_ramp(rows: int = 64, columns: int = 64) -> NDArray[np.int16]:
    return np.tile(np.linspace(-1000, 1000, columns).astype(np.int16), (rows, 1))


def test_a_large_frame_is_reduced_and_keeps_its_shape() -> None:
    picture = opened(thumbnail(np.zeros((1000, 500), np.uint8)))

    assert picture.shape == (THUMBNAIL_SIDE, THUMBNAIL_SIDE // 2)


def test_a_small_frame_is_not_enlarged() -> None:
    assert opened(thumbnail(display_values(a_ramp(20, 30), Shown()))).shape == (20, 30)


def test_one_row_survives_the_reduction() -> None:
    assert opened(thumbnail(np.zeros((1, 4000), np.uint8))).shape == (1, THUMBNAIL_SIDE)


def test_the_window_of_the_header_decides_the_greys() -> None:
    shown = display_values(np.array([[-200, 40, 300]], np.int16), Shown(window=(40.0, 400.0)))

    assert shown.tolist() == [[0, 128, 255]]


def test_rescale_comes_before_the_window() -> None:
    shown = display_values(np.array([[1064]], np.uint16), Shown(rescale_intercept=-1024.0, window=(40.0, 400.0)))

    assert shown.tolist() == [[128]]


def test_without_a_window_a_few_wild_pixels_do_not_darken_the_rest() -> None:
    values = np.random.default_rng(1).integers(900, 1100, (100, 100)).astype(np.int32)
    values[0, 0] = 2_000_000

    assert 100 < display_values(values, Shown()).mean() < 155


def test_monochrome1_is_shown_inverted() -> None:
    plain = display_values(a_ramp(), Shown())
    inverted = display_values(a_ramp(), Shown("MONOCHROME1"))

    assert (plain.astype(int) + inverted == 255).all()


def test_ybr_is_shown_in_its_colours() -> None:
    red = np.full((4, 4, 3), (76, 85, 255), np.uint8)

    r, g, b = display_values(red, Shown("YBR_FULL_422"))[0, 0]

    assert r > 245
    assert g < 10
    assert b < 10


def test_rgb_stays_as_it_is() -> None:
    colours = np.random.default_rng(2).integers(0, 255, (8, 8, 3)).astype(np.uint8)

    assert (opened(thumbnail(display_values(colours.astype(np.int32), Shown("RGB")))) == colours).all()


def test_equal_frames_have_a_dark_difference() -> None:
    shown = display_values(a_ramp(), Shown())

    assert opened(difference_thumbnail(shown, shown) or b"").max() < 20


def test_a_burnt_in_mark_glows_where_it_is() -> None:
    a = display_values(a_ramp(), Shown())
    b = a.copy()
    b[:8, :8] = 255 - a[:8, :8] // 2

    heat = opened(difference_thumbnail(a, b) or b"").astype(int).sum(axis=2)

    assert heat[:8, :8].mean() > 10 * heat[20:, 20:].mean()


def test_a_colour_difference_is_seen_in_any_channel() -> None:
    a = np.zeros((8, 8, 3), np.uint8)
    b = a.copy()
    b[:, :, 2] = 255

    assert opened(difference_thumbnail(a, b) or b"").max() > 200


def test_frames_of_other_shape_have_no_difference_picture() -> None:
    assert difference_thumbnail(np.zeros((8, 8), np.uint8), np.zeros((8, 9), np.uint8)) is None


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.float32, np.float64])
def test_every_sample_type_can_be_shown(dtype: type) -> None:
    assert display_values(np.arange(64, dtype=dtype).reshape(8, 8), Shown()).shape == (8, 8)


def test_infinities_and_nans_are_shown_as_something() -> None:
    assert display_values(np.array([[np.nan, np.inf, 1.0, 2.0]]), Shown()).tolist() == [[0, 0, 0, 255]]


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.floats(-1e4, 1e4),
    st.floats(-10, 1e4),
    st.integers(-32768, 32767),
)
def test_every_window_gives_a_picture(rows: int, columns: int, centre: float, width: float, value: int) -> None:
    array = np.full((rows, columns), value, np.int16)

    assert display_values(array, Shown(window=(centre, width))).shape == (rows, columns)


def test_colours_of_more_than_eight_bits_keep_their_brightness() -> None:
    half = np.full((2, 2, 3), 0x800, np.int32)

    assert display_values(half, Shown("RGB", bits_stored=12))[0, 0].tolist() == [128, 128, 128]


def test_padding_does_not_decide_the_greys() -> None:
    values = np.array([[-2000] * 50 + list(range(50))], np.int16)

    padded = display_values(values, Shown(padding=-2000.0))

    assert padded[0, :50].max() == 0
    assert padded[0, -1] == 255
    assert 110 < padded[0, 75] < 145


def test_a_frame_of_nothing_but_padding_is_black() -> None:
    assert display_values(np.full((3, 3), 7, np.int16), Shown(padding=7.0)).max() == 0
