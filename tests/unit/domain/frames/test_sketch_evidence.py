from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.frames.noise_model import LEAST_COPY_BITS
from pacs_dedup.domain.frames.sketch_evidence import MOST_SKETCH_BITS, SketchPair, sketch_bits

NEAR = SketchPair(0.02, 0.2)
SERIES = (NEAR,) * 9

pairs = st.builds(SketchPair, st.floats(0, 0.5), st.none() | st.floats(0, 0.5))


@given(st.lists(pairs, max_size=12))
def test_sketches_never_weigh_as_much_as_a_look_at_pixels_needs(found: list[SketchPair]) -> None:
    assert sketch_bits(found) <= MOST_SKETCH_BITS < LEAST_COPY_BITS


@given(st.lists(pairs, min_size=1, max_size=12), st.floats(0, 1))
def test_nearer_sketches_never_weigh_less(found: list[SketchPair], share: float) -> None:
    nearer = [replace(pair, distance=pair.distance * share) for pair in found]
    assert sketch_bits(nearer) >= sketch_bits(found)


def test_a_series_of_near_and_aligned_sketches_speaks_for_a_copy() -> None:
    assert sketch_bits(SERIES) == MOST_SKETCH_BITS


def test_a_near_film_without_neighbours_speaks_for_a_copy() -> None:
    assert sketch_bits([SketchPair(0.01)]) == MOST_SKETCH_BITS


@pytest.mark.parametrize("distance", [0.1, 0.2, 0.35, 0.5])
def test_what_is_not_near_speaks_against_a_copy(distance: float) -> None:
    assert sketch_bits([SketchPair(distance)] * 9) < 0


def test_sketches_nearer_to_a_neighbour_than_to_their_partner_say_nothing_for_a_copy() -> None:
    shifted = [SketchPair(0.04, 0.03)] * 9
    assert sketch_bits(shifted) == 0


def test_few_slices_can_not_show_that_they_are_aligned() -> None:
    assert sketch_bits([NEAR] * 4) == 0


def test_one_shifted_slice_does_not_silence_the_others() -> None:
    assert sketch_bits([*[NEAR] * 8, SketchPair(0.04, 0.03)]) == MOST_SKETCH_BITS


def test_without_sketches_there_is_no_evidence() -> None:
    assert sketch_bits([]) == 0
