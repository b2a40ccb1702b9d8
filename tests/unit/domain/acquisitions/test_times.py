"""At which level acquisition times agree."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.acquisitions.times import span, time_level, to_seconds

SCAN = tuple(f"2026010109300{n}" for n in range(8))


def moved(times: tuple[str, ...], by: timedelta) -> tuple[str, ...]:
    return tuple(f"{datetime.strptime(t, '%Y%m%d%H%M%S') + by:%Y%m%d%H%M%S}" for t in times)  # noqa: DTZ007 - as read


def level(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    return time_level(to_seconds(left), to_seconds(right), one_extent=True)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (timedelta(hours=8), "shifted"),
        (timedelta(minutes=-45), "shifted"),
        (timedelta(hours=14), "shifted"),
        (timedelta(hours=14, minutes=15), "same_day"),
        (timedelta(days=-400), "shifted_days"),
        (timedelta(days=3, hours=2), "other_day"),
        (timedelta(seconds=1), "equal"),
        (timedelta(seconds=9), "same_day"),
    ],
)
def test_a_step_that_all_times_share_is_known_for_what_it_is(by: timedelta, expected: str) -> None:
    assert level(SCAN, moved(SCAN, by)) == expected
    assert level(moved(SCAN, by), SCAN) == expected


def test_a_part_of_a_scan_may_be_shifted_too() -> None:
    assert level(moved(SCAN[:3], timedelta(hours=8)), SCAN) == "shifted"
    assert level(SCAN, moved(SCAN[-3:], timedelta(days=7))) == "shifted_days"


def test_a_part_at_other_times_is_no_part() -> None:
    assert level(moved(SCAN[:3], timedelta(seconds=9)), SCAN) == "same_day"


def test_one_moment_fits_into_a_scan_by_chance() -> None:
    assert level(moved(SCAN[:1], timedelta(hours=8)), SCAN) == "same_day"


def test_times_that_do_not_exist_are_compared_as_text() -> None:
    impossible = ("20260101996000",)
    assert level(impossible, impossible) == "equal"
    assert level(impossible, SCAN[:1]) == "same_day"


@pytest.mark.parametrize("default", ["00010101", "99991231"])
def test_a_default_date_is_compared_as_text_however_far_it_lies(default: str) -> None:
    blanked = (f"{default}093000", "20250102093000")
    assert level(blanked, blanked) == "equal"
    assert level(blanked, ("20250101093000", "20250101100000")) == "other_day"
    assert level(("20250101093000", "20250101100000"), blanked) == "other_day"


@given(*[st.lists(st.datetimes(), min_size=1, max_size=4)] * 2)
def test_any_dates_of_the_calendar_can_be_compared(left: list[datetime], right: list[datetime]) -> None:
    here, there = (tuple(f"{t:%Y%m%d%H%M%S}".rjust(14, "0") for t in side) for side in (left, right))
    assert level(here, there) == level(there, here)


def test_blanked_times_say_nothing() -> None:
    assert level(("20260101000000",), ("20260101000000",)) == "missing"


def test_a_span_of_no_times_is_empty() -> None:
    assert span(Counter()) == ""


@given(
    st.lists(st.integers(0, 86_000), min_size=1, max_size=20), st.integers(-3_000, 3_000).filter(bool), st.booleans()
)
def test_any_scan_shifted_by_whole_days_is_known(seconds: list[int], days: int, backwards: bool) -> None:
    start = datetime(2020, 1, 1, 0, 0, 1)  # noqa: DTZ001 - local time, as headers write it
    times = tuple(f"{start + timedelta(seconds=s):%Y%m%d%H%M%S}" for s in seconds)
    other = moved(times, timedelta(days=days))
    assert level(*((other, times) if backwards else (times, other))) == "shifted_days"
