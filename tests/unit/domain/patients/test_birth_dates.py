"""Are two birth dates one person's?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.patients.birth_dates import (
    BIRTH_DATE_SENTENCES,
    BirthDateLevel,
    compare_birth_dates,
    compare_sex,
)
from pacs_dedup.domain.patients.weights import bits_of

full_dates = st.dates().map(lambda date: f"{date:%Y%m%d}".rjust(8, "0"))
dates = full_dates | full_dates.map(lambda date: date[:4]) | full_dates.map(lambda date: date[:6]) | st.just("")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("19600229", "19600229", "dob_exact"),
        ("19600101", "19600101", "dob_exact_default"),
        ("19600204", "19600402", "dob_swap"),
        ("19600229", "19600228", "dob_near"),
        ("19600213", "19600231", "dob_near"),
        ("19610403", "19710403", "dob_near"),
        ("19610403", "20610403", "dob_near"),
        ("19610403", "25040403", "dob_near"),
        ("19610403", "00500403", "dob_near"),
        ("19600229", "19600213", "dob_part"),
        ("19991231", "20001231", "dob_part"),
        ("196002", "19600229", "dob_month"),
        ("196002", "196002", "dob_month"),
        ("196002", "196003", "dob_year"),
        ("19600101", "19600713", "dob_year"),
        ("19600101", "19600111", "dob_year"),
        ("1960", "19600229", "dob_year"),
        ("1960", "19600101", "dob_year"),
        ("1960", "1960", "dob_year"),
        ("1961", "19600229", "dob_year1"),
        ("19610101", "19600713", "dob_year1"),
        ("1961", "1970", "dob_diff"),
        ("19350101", "19870101", "dob_diff"),
        ("19600229", "19871111", "dob_diff"),
        ("19600229", "19871129", "dob_diff"),
        ("19000101", "19000101", "dob_year"),
        ("19700101", "19700408", "dob_year"),
        ("19000101", "19610403", "dob_null"),
        ("18991230", "19610403", "dob_null"),
        ("", "19600229", "dob_null"),
        ("", "", "dob_null"),
    ],
)
def test_birth_dates_reach_their_level(left: str, right: str, expected: str) -> None:
    assert compare_birth_dates(left, right) == expected
    assert compare_birth_dates(right, left) == expected


@given(dates, dates)
def test_birth_dates_compare_alike_from_either_side(left: str, right: str) -> None:
    assert compare_birth_dates(left, right) is compare_birth_dates(right, left)


@given(dates, dates)
def test_no_other_date_agrees_better_with_a_date_than_itself(left: str, right: str) -> None:
    assert bits_of(compare_birth_dates(left, right)) <= bits_of(compare_birth_dates(left, left)) or not left


@given(dates)
def test_a_date_that_is_missing_weighs_nothing(date: str) -> None:
    assert bits_of(compare_birth_dates(date, "")) == 0


def test_every_level_has_its_sentence() -> None:
    assert set(BIRTH_DATE_SENTENCES) == set(BirthDateLevel)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [("M", "M", "sex_exact"), ("M", "F", "sex_diff"), ("M", "", "sex_null"), ("", "", "sex_null")],
)
def test_the_sex_reaches_its_level(left: str, right: str, expected: str) -> None:
    assert compare_sex(left, right) == compare_sex(right, left) == expected
