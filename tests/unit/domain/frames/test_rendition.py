"""Which of two versions carries more."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.frames.rendition import better_side
from tests.builders import LOSSLESS, LOSSY, make_instance, make_report, make_slices


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
