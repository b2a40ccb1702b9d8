import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pacs_dedup.pixels.canonical import inside_constant_border
from pacs_dedup.pixels.digest import form_digest, orientation_digest
from pacs_dedup.pixels.normal_form import NormalForm, canonical_orientation, normal_form
from tests.images import Array

seeds = st.integers(0, 2**32 - 1)
widths = st.tuples(*[st.integers(0, 40)] * 4)
turns = st.integers(0, 7)


def noise(seed: int, rows: int = 40, columns: int = 36, high: int = 4096) -> Array:
    return np.random.default_rng(seed).integers(0, high, (rows, columns)).astype(np.int32)


def turned(frame: Array, way: int) -> Array:
    frame = frame.swapaxes(0, 1) if way & 4 else frame
    frame = frame[::-1] if way & 2 else frame
    return frame[:, ::-1] if way & 1 else frame


def bordered(frame: Array, width: tuple[int, ...], value: int) -> Array:
    top, bottom, left, right = width
    return np.pad(frame, ((top, bottom), (left, right)), constant_values=value)


def cut(frame: Array) -> Array:
    return frame[inside_constant_border(frame)]


def form(frame: Array) -> NormalForm:
    found = normal_form(frame)
    assert found is not None
    return found


@settings(max_examples=60, deadline=None)
@given(seed=seeds, inner=widths, outer=widths, values=st.tuples(st.integers(-2000, 0), st.integers(0, 5000)))
def test_borders_inside_borders_are_cut_to_the_picture(
    seed: int, inner: tuple[int, ...], outer: tuple[int, ...], values: tuple[int, int]
) -> None:
    framed = bordered(bordered(noise(seed), inner, values[0]), outer, values[1])
    assert np.array_equal(cut(framed), noise(seed))


def test_a_border_on_one_side_is_cut() -> None:
    for width in np.eye(4, dtype=int) * 9:
        assert np.array_equal(cut(bordered(noise(1), tuple(width), 7)), noise(1))


def test_a_frame_of_constant_rows_is_all_border() -> None:
    assert cut(np.repeat(np.arange(500), 300).reshape(500, 300)).size == 0
    assert normal_form(np.zeros((64, 64), np.int32)) is None


def test_a_coloured_line_is_constant_in_every_sample() -> None:
    colour = np.stack([noise(seed, high=256) for seed in (1, 2, 3)], axis=-1)
    framed = np.full((60, 60, 3), (10, 20, 30))
    framed[9:49, 11:47] = colour
    assert np.array_equal(cut(framed), colour)


def test_cutting_turned_frames_is_turning_cut_ones() -> None:
    framed = bordered(bordered(noise(3), (5, 0, 2, 7), 0), (0, 3, 0, 4), 900)
    for way in range(8):
        assert np.array_equal(cut(turned(framed, way)), turned(noise(3), way))


@settings(max_examples=60, deadline=None)
@given(seed=seeds, way=turns, border=widths, factor=st.integers(1, 9), shift=st.integers(-3000, 3000))
def test_a_turned_rewritten_and_framed_film_has_the_orientation_digest_of_the_film(
    seed: int, way: int, border: tuple[int, ...], factor: int, shift: int
) -> None:
    film = noise(seed, rows=40 + seed % 3)
    other = bordered(turned(film * factor * (-1) ** (seed % 2) + shift, way), border, shift)
    assert orientation_digest(form(other)) == orientation_digest(form(film))


@settings(max_examples=30, deadline=None)
@given(seed=seeds, way=st.integers(1, 7))
def test_a_turned_film_is_no_copy_by_value(seed: int, way: int) -> None:
    assert form_digest(form(turned(noise(seed), way))) != form_digest(form(noise(seed)))


@settings(max_examples=30, deadline=None)
@given(first=seeds, second=seeds)
def test_different_films_have_different_orientation_digests(first: int, second: int) -> None:
    equal = orientation_digest(form(noise(first))) == orientation_digest(form(noise(second)))
    assert equal == (first == second)


@pytest.mark.parametrize("symmetric", ["mirror", "point", "diagonal", "all"])
def test_symmetric_pictures_have_one_orientation_digest_too(symmetric: str) -> None:
    base = noise(5, 40, 40)
    made = {
        "mirror": base + base[:, ::-1],
        "point": base + base[::-1, ::-1],
        "diagonal": base + base.T,
        "all": sum(turned(base, way) for way in range(8)),
    }[symmetric]
    assert len({orientation_digest(form(turned(made, way))) for way in range(8)}) == 1


def test_equal_quadrants_are_told_apart_by_their_samples() -> None:
    tile = noise(6, 20, 20)
    tiled = np.tile(tile, (2, 2))
    assert len({orientation_digest(form(turned(tiled, way))) for way in range(8)}) == 1
    assert len({canonical_orientation(turned(tiled, way)).tobytes() for way in range(8)}) == 1


@settings(max_examples=30, deadline=None)
@given(seed=seeds, way=turns, shift=st.integers(-100, 100))
def test_polarity_is_settled_even_where_both_have_one_sum(seed: int, way: int, shift: int) -> None:
    half = np.random.default_rng(seed).permutation(np.arange(1024)).reshape(32, 32)
    balanced = np.concatenate((half, 1023 - half)).astype(np.int32)
    one, other = form(balanced), form(1023 - turned(balanced, way) + shift)
    assert one.inverted is not None
    assert orientation_digest(one) == orientation_digest(other)
    assert form_digest(one) == form_digest(form(1023 - balanced + shift))


@pytest.mark.parametrize(("high", "dtype"), [(200, np.uint8), (4096, np.uint16), (2**20, np.uint32)])
def test_values_lie_in_the_narrowest_integers_that_hold_them(high: int, dtype: type) -> None:
    assert form(noise(1, high=high)).values.dtype == dtype
    assert form(noise(1, high=high) * 1000 - 5).values.dtype == dtype


def test_unsigned_values_of_32_bits_are_normal_too() -> None:
    wide = noise(1).astype(np.int64) * 1_000_003
    assert form_digest(form(wide)) == form_digest(form(noise(1)))
    assert normal_form(wide * 1000 + noise(2)) is None
