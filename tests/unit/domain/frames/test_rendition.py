"""Which of two versions carries more."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.rendition import better_side
from tests.builders import LOSSLESS, LOSSY, make_instance, make_report, make_slices, renewed

SHALLOW = replace(LOSSLESS, bits_stored=8)


@pytest.mark.parametrize(
    "poorer",
    [
        make_slices(3, rendition=LOSSY),
        make_slices(3, rendition=replace(LOSSLESS, bits_stored=8)),
        make_slices(3, rendition=replace(LOSSLESS, rows=256)),
        make_slices(2),
        (*make_slices(2), make_instance("3", rendition=LOSSY)),
        (*make_slices(2), make_instance("3", frames=(), unreadable="the code stream ends early")),
        (make_report(),),
        (),
    ],
)
def test_the_side_that_carries_less_is_never_the_better_one(poorer: tuple) -> None:
    assert better_side(poorer, make_slices(3)) == "prior"
    assert better_side(make_slices(3), poorer) == "incoming"


def test_two_equal_versions_are_equal() -> None:
    assert better_side(make_slices(3), make_slices(3)) == "equal"
    assert better_side((), ()) == "equal"


def test_lossless_goes_before_more_images() -> None:
    assert better_side(make_slices(9, rendition=LOSSY), make_slices(3)) == "prior"


def test_a_wider_container_of_equal_values_is_no_better_version() -> None:
    wider = make_slices(3, rendition=replace(LOSSLESS, bits_stored=16, rows=520))
    assert better_side(wider, make_slices(3)) == "incoming"
    assert better_side(wider, make_slices(3), values_equal=True) == "equal"
    assert better_side(make_slices(3, rendition=LOSSY), wider, values_equal=True) == "prior"


def deep_and_windowed(capture: InstanceFingerprint) -> tuple[tuple, tuple]:
    """Five slices of 12 bits and their windowed versions of 8 bits, each beside one capture."""
    windowed = tuple(make_instance(str(n), pixels=f"windowed {n}", rendition=SHALLOW) for n in range(1, 6))
    return (*make_slices(5), capture), (*windowed, capture)


def test_one_poor_image_on_both_sides_does_not_hide_that_the_others_came_better() -> None:
    deep, windowed = deep_and_windowed(make_instance("99", pixels="capture", rendition=SHALLOW))
    assert better_side(deep, windowed) == "incoming"
    assert better_side(renewed(deep), windowed) == "incoming"
    assert better_side(windowed, deep) == "prior"


def test_one_image_that_came_better_is_enough() -> None:
    mixed = (make_instance("1"), make_instance("2", rendition=LOSSY))
    other = (make_instance("1", rendition=LOSSY), make_instance("2"))
    assert better_side(mixed, other) == better_side(other, mixed) == "incoming"


def test_a_poor_image_that_nothing_corresponds_to_hides_no_better_one() -> None:
    deep, _ = deep_and_windowed(make_instance("98", pixels="page", rendition=SHALLOW))
    _, windowed = deep_and_windowed(make_instance("99", pixels="another page", rendition=SHALLOW))
    assert better_side(renewed(deep), windowed) == "incoming"
