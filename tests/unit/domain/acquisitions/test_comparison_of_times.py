"""Is it the same moment?"""

from dataclasses import replace

import pytest

from pacs_dedup.domain.acquisitions.comparison import compare_acquisitions
from pacs_dedup.domain.evidence import Fact
from tests.builders import make_acquisition
from tests.unit.domain.acquisitions.test_comparison import found


@pytest.mark.parametrize(
    ("other", "level"),
    [
        ("20260101093000.5", "equal"),
        ("20260101014500", "shifted"),
        ("20260101093007", "same_day"),
        ("20260101093000"[:12], "missing"),
        ("20260102093000", "shifted_days"),
        ("20260102093001", "other_day"),
        ("20260101093001", "equal"),
        ("20260101000000", "missing"),
        ("20260101996000", "same_day"),
    ],
)
def test_times_reach_their_level(other: str, level: str) -> None:
    assert found(Fact.ACQUISITION_TIME, make_acquisition(), make_acquisition(acquired_at=other)).level == level


def test_a_time_zone_shifts_every_time_by_the_same_step() -> None:
    first, second = make_acquisition(), make_acquisition(acquired_at="20260101093020")
    later = tuple(make_acquisition(acquired_at=f"202601011730{seconds}") for seconds in ("00", "20"))
    assert found(Fact.ACQUISITION_TIME, (first, second), later).level == "shifted"
    assert found(Fact.ACQUISITION_TIME, first, later).level == "same_day"
    drifted = (later[0], make_acquisition(acquired_at="20260101173021"))
    assert found(Fact.ACQUISITION_TIME, (first, second), drifted).level == "same_day"


def test_other_times_of_one_day_weigh_against_a_copy_only_where_the_series_are_as_many() -> None:
    left, right = make_acquisition(), make_acquisition(acquired_at="20260101094500.5")
    levels = {
        one_extent: next(
            c.level
            for c in compare_acquisitions(
                (left,), (replace(right, acquired_at="20260101094507"),), one_extent=one_extent
            )
            if c.fact is Fact.ACQUISITION_TIME
        )
        for one_extent in (True, False)
    }
    assert levels == {True: "same_day", False: "same_day_other_extent"}


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (".5", ".5", "equal"),
        (".5", ".25", "differs"),
        (".5", "", "missing"),
        ("", "", "missing"),
        (".135", ".1", "equal"),
        (".135000", ".135", "equal"),
        (".135", ".000000", "missing"),
        (".1", ".235", "differs"),
    ],
)
def test_fractions_of_a_second_strengthen_equal_times(left: str, right: str, level: str) -> None:
    sides = [make_acquisition(acquired_at=f"20260101093000{fraction}") for fraction in (left, right)]
    assert found(Fact.ACQUISITION_FRACTIONS, *sides).level == level


def test_fractions_of_different_times_are_not_compared() -> None:
    later = make_acquisition(acquired_at="20260101093500.5")
    assert found(Fact.ACQUISITION_FRACTIONS, make_acquisition(acquired_at="20260101093000.5"), later).level == "missing"
