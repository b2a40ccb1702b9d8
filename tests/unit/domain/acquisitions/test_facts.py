"""Where a slice lies."""

import pytest

from tests.builders import make_geometry


def test_an_axial_slice_lies_along_the_axis_of_the_body() -> None:
    assert make_geometry(42.5).along_normal == pytest.approx(42.5)


def test_a_sagittal_slice_lies_along_the_axis_from_side_to_side() -> None:
    sagittal = make_geometry(0.0, orientation=(0.0, 1.0, 0.0, 0.0, 0.0, -1.0), position=(-17.0, 3.0, 4.0))
    assert sagittal.along_normal == pytest.approx(17.0)


@pytest.mark.parametrize("missing", ["orientation", "position"])
def test_without_orientation_or_position_nobody_knows_where_a_slice_lies(missing: str) -> None:
    assert make_geometry(1.0, **{missing: ()}).along_normal is None
