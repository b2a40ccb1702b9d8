from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pacs_dedup.pixels.informative import has_textured_blocks, is_drawn, is_informative
from pacs_dedup.pixels.normal_form import MIN_ENTROPY_BITS
from pacs_dedup.pixels.statistics import Histogram
from tests.images import Array, textured

CT = ("ORIGINAL", "PRIMARY", "AXIAL")


def bars(levels: int = 20, size: int = 200) -> Array:
    return np.repeat(np.arange(levels, dtype=np.int32) * 12, size // levels)[None, :].repeat(size, axis=0)


def gradient(size: int = 256) -> Array:
    return np.arange(size, dtype=np.int32)[None, :].repeat(size, axis=0) // 4


def chequered_gradient(size: int = 320) -> Array:
    y, x = np.mgrid[:size, :size]
    return ((y // 16 * 20 + x // 16 * 13) % 250).astype(np.int32)


def page_of_text(size: int = 512) -> Array:
    """Lines of ten smoothed glyphs on a plain page with a heading of another grey."""
    generator = np.random.default_rng(1)
    glyphs = [np.kron(generator.integers(0, 2, (8, 6)), np.ones((2, 1))) * 180 for _ in range(10)]
    page = np.full((size, size), 12, np.int32)
    page[:40] = 60
    for row in range(60, size - 40, 28):
        for column in range(20, size - 40, 10):
            page[row : row + 16, column : column + 6] += glyphs[generator.integers(10)].astype(np.int32)
    return (page + np.roll(page, 1, axis=1)) // 2


@pytest.mark.parametrize("pattern", [bars, gradient, chequered_gradient, page_of_text])
def test_what_was_drawn_has_no_noise(pattern: Callable[[], Array]) -> None:
    assert is_drawn(pattern())
    assert not is_informative(pattern())


def test_coloured_bars_are_drawn() -> None:
    assert is_drawn(np.stack([bars(), bars()[:, ::-1], bars() // 2], axis=-1).astype(np.uint8))


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_scans_are_measured_whatever_their_depth(bits: int) -> None:
    scan = np.zeros((600, 600), np.int32)
    scan[150:450, 150:450] = textured(300, 300, bits=bits)
    assert not is_drawn(scan)


def test_a_saturated_window_leaves_a_scan_a_scan() -> None:
    scan = textured(256, 256, noise=0.05).astype(np.int32)
    assert not is_drawn(np.clip((scan - 1500) // 4, 0, 255))


@pytest.mark.parametrize("greys", [18, 30, 50])
def test_a_film_of_few_greys_is_still_a_film(greys: int) -> None:
    film = textured(400, 300, noise=0.005).astype(np.int32)
    assert not is_drawn(film * greys // 4096)


def test_a_capture_with_flat_margins_and_a_scan_inside_is_informative() -> None:
    capture = np.full((480, 640), 40, np.int32)
    capture[:, :100] = 90
    capture[100:400, 200:520] = textured(300, 320, bits=8)
    assert is_informative(capture)


@pytest.mark.parametrize("frame", [np.zeros((1, 50), np.int32), np.zeros((8, 8), np.float32)], ids=["line", "float"])
def test_what_has_no_neighbourhoods_or_no_steps_is_not_called_drawn(frame: Array) -> None:
    assert not is_drawn(frame)


def test_a_topogram_of_ct_does_not_speak_and_a_localizer_of_mr_does() -> None:
    frame, kind = textured().astype(np.int32), ("ORIGINAL", "PRIMARY", "LOCALIZER")
    assert not is_informative(frame, kind, "CT")
    assert is_informative(frame, kind, "MR")
    assert is_informative(frame, CT, "CT")


def test_a_plan_on_a_survey_view_does_not_speak() -> None:
    assert not is_informative(textured().astype(np.int32), ("DERIVED", "SECONDARY", "REF_SURVIEW"), "CT")


def head_in_a_narrow_window(size: int = 256) -> Array:
    """A head in a fifth of the frame; its window leaves most of that black and the skull white."""
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    radius = np.hypot(x, 1.2 * y)
    brain = 110 + 30 * np.random.default_rng(7).standard_normal((size, size))
    return np.where(radius < 0.38, np.clip(brain, 1, 254), np.where(radius < 0.44, 255, 0)).astype(np.uint8)


def lines_of_text(size: int = 512) -> Array:
    page = Image.new("L", (size, size))
    for line in range(14):
        ImageDraw.Draw(page).text((8, 20 + 34 * line), "TOTAL DOSE 123.4 mGy cm   KERN H30s", 255, font_size=20)
    return np.asarray(page)


def test_a_window_that_leaves_the_background_most_of_the_frame_leaves_a_scan_its_voice() -> None:
    head = head_in_a_narrow_window()
    assert Histogram.of(head).entropy_bits < MIN_ENTROPY_BITS
    assert is_informative(head)
    assert is_informative(np.stack([head, head, head], axis=-1))


def test_smooth_letters_on_a_black_page_do_not_speak() -> None:
    page = lines_of_text()
    assert Histogram.of(page).entropy_bits < MIN_ENTROPY_BITS
    assert Histogram.of(page).distinct > 16
    assert not is_informative(page)


@pytest.mark.parametrize(("speck", "side"), [(3, 3), (8, 32), (20, 256)], ids=["no block", "four blocks", "1 in 160"])
def test_a_speck_of_a_scan_in_an_empty_frame_does_not_speak(speck: int, side: int) -> None:
    frame = np.zeros((side, side), np.uint8)
    frame[:speck, :speck] = textured(speck, speck, bits=8, noise=0.2)
    assert not has_textured_blocks(frame)


def test_a_mask_of_few_labels_does_not_speak() -> None:
    labels = np.zeros((256, 256), np.uint8)
    labels[:60, :60] = np.random.default_rng(1).integers(0, 9, (60, 60))
    assert not has_textured_blocks(labels)
