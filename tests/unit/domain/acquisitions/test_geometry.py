"""At which level slice geometries agree."""

from collections import Counter

import pytest

from pacs_dedup.domain.acquisitions.facts import Acquisition, FrameFacts, Geometry
from pacs_dedup.domain.acquisitions.geometry import geometry_level
from tests.builders import AXIAL, make_geometry

STACK = [make_geometry(float(n)) for n in range(10)]


def level(left: list[Geometry], right: list[Geometry]) -> str:
    there, back = geometry_level(Counter(left), Counter(right)), geometry_level(Counter(right), Counter(left))
    assert there == back
    return there


def resampled(**changes: object) -> list[Geometry]:
    half = {"rows": 256, "columns": 256, "spacing": (1.0, 1.0)}
    return [make_geometry(n, position=(-127.75, -127.75, float(n)), **{**half, **changes}) for n in range(10)]


def test_another_matrix_over_the_same_field_is_no_other_acquisition() -> None:
    assert level(STACK, resampled()) == "same_field"
    assert level(STACK, resampled(spacing=(1.005, 1.005))) == "same_field"
    assert level(STACK[:4], resampled()) == "same_field"


@pytest.mark.parametrize(
    "changes",
    [{"spacing": (0.9, 0.9)}, {"spacing": ()}, {"orientation": (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)}, {"orientation": ()}],
)
def test_another_field_or_direction_differs(changes: dict) -> None:
    assert level(STACK, resampled(**changes)) == "differs"


def test_slices_elsewhere_differ_whatever_their_matrix() -> None:
    between = [make_geometry(n + 0.5, rows=256, columns=256, spacing=(1.0, 1.0)) for n in range(10)]
    assert level(STACK, between) == "differs"
    beyond = [make_geometry(n + 500.0, rows=256, columns=256, spacing=(1.0, 1.0)) for n in range(10)]
    assert level(STACK, beyond) == "differs"


def test_studies_that_share_some_slices_overlap() -> None:
    assert level(STACK, [make_geometry(float(n)) for n in range(5, 15)]) == "overlaps"


FILM = Geometry(3000, 2500, (0.14, 0.14))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (FILM, "same_matrix"),
        (Geometry(3000, 2500), "same_matrix"),
        (Geometry(1500, 1250, (0.28, 0.28)), "same_field"),
        (Geometry(1500, 1250), "other_matrix"),
        (Geometry(3000, 2500, (0.2, 0.2)), "other_matrix"),
        (make_geometry(0.0), "other_matrix"),
    ],
)
def test_without_positions_the_matrix_is_compared(other: Geometry, expected: str) -> None:
    assert level([FILM], [other]) == expected


def test_nothing_to_compare_is_missing() -> None:
    assert level([], STACK) == "missing"


def test_each_frame_of_a_multi_frame_object_has_its_place() -> None:
    stack = Acquisition(geometry=STACK[0], frames=tuple(FrameFacts(geometry=g) for g in STACK))
    assert [stack.geometry_of(frame) for frame in (0, 9, 10)] == [STACK[0], STACK[9], None]
    assert [a.geometry for a in stack.by_frame] == STACK


def test_a_classic_multi_frame_object_has_one_place_for_its_first_frame() -> None:
    cine = Acquisition(geometry=FILM)
    assert (cine.geometry_of(0), cine.geometry_of(1), cine.by_frame) == (FILM, None, (cine,))
    assert Geometry(1, 1, orientation=AXIAL).field == ()
