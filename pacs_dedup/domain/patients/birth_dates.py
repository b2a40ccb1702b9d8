"""Are two birth dates one person's? Dates may be partial, a default, of another calendar, or typed wrong."""

from enum import StrEnum
from typing import Final

from rapidfuzz.distance import OSA


class BirthDateLevel(StrEnum):
    """How far two birth dates agree."""

    EXACT = "dob_exact"
    EXACT_DEFAULT = "dob_exact_default"
    SWAP = "dob_swap"
    MONTH = "dob_month"
    NEAR = "dob_near"
    PART = "dob_part"
    YEAR = "dob_year"
    YEAR1 = "dob_year1"
    NULL = "dob_null"
    DIFF = "dob_diff"


class SexLevel(StrEnum):
    """Whether the sex agrees."""

    EXACT = "sex_exact"
    NULL = "sex_null"
    DIFF = "sex_diff"


BIRTH_DATE_SENTENCES: Final[dict[BirthDateLevel, str]] = {
    BirthDateLevel.EXACT: "the birth date is the same",
    BirthDateLevel.EXACT_DEFAULT: "the birth date is the same, but a first of January may stand for the year alone",
    BirthDateLevel.SWAP: "the birth dates are the same with day and month swapped",
    BirthDateLevel.MONTH: "year and month of birth are the same; a day is missing",
    BirthDateLevel.NEAR: "the birth dates differ by one digit, or by the years between two calendars",
    BirthDateLevel.PART: "two of the three parts of the birth date are the same",
    BirthDateLevel.YEAR: "the birth years are the same; one date is incomplete or a default",
    BirthDateLevel.YEAR1: "the birth years are one apart, and one date is incomplete or a default",
    BirthDateLevel.NULL: "a birth date is missing, or is one that systems fill in",
    BirthDateLevel.DIFF: "the birth dates differ",
}
SEX_SENTENCES: Final[dict[SexLevel, str]] = {
    SexLevel.EXACT: "the sex is the same",
    SexLevel.NULL: "the sex is missing on one side",
    SexLevel.DIFF: "the sex differs",
}

_FULL: Final = len("YYYYMMDD")
_YEAR, _MONTH, _DAY = slice(0, 4), slice(4, 6), slice(6, 8)
_NEW_YEAR: Final = "0101"
_FILLED_IN: Final = frozenset({"00010101", "18991230", "18991231", "19000101", "19700101"})
"""Dates from which computers count, and which they show where nobody entered one."""
_CALENDARS: Final = frozenset({10, 100, 543, 1911})
"""Years between two spellings of one birth year: decade or century mistyped, the Buddhist calendar, the Republic's."""


def compare_birth_dates(left: str, right: str) -> BirthDateLevel:
    """Return the comparison level of two birth dates. Symmetric.

    Args:
        left: ``YYYYMMDD``, ``YYYYMM``, ``YYYY`` or empty.
        right: likewise.
    """
    if not left or not right:
        return BirthDateLevel.NULL
    if left in _FILLED_IN or right in _FILLED_IN:
        return BirthDateLevel.YEAR if left[_YEAR] == right[_YEAR] else BirthDateLevel.NULL
    if len(left) == len(right) == _FULL:
        return _compare_full(left, right)
    return _compare_partial(left, right)


def compare_sex(left: str, right: str) -> SexLevel:
    """Return the comparison level of two sexes, each ``M``, ``F`` or empty. Symmetric."""
    if not left or not right:
        return SexLevel.NULL
    return SexLevel.EXACT if left == right else SexLevel.DIFF


def _compare_partial(left: str, right: str) -> BirthDateLevel:
    if left[:6] == right[:6] and len(left[:6]) == len("YYYYMM"):
        return BirthDateLevel.MONTH
    if left[_YEAR] == right[_YEAR]:
        return BirthDateLevel.YEAR
    return BirthDateLevel.YEAR1 if _years_apart(left, right) == 1 else BirthDateLevel.DIFF


def _compare_full(left: str, right: str) -> BirthDateLevel:
    defaults = (left[4:] == _NEW_YEAR) + (right[4:] == _NEW_YEAR)
    if left == right:
        return BirthDateLevel.EXACT_DEFAULT if defaults else BirthDateLevel.EXACT
    if defaults == 1 and left[_YEAR] == right[_YEAR]:
        return BirthDateLevel.YEAR
    if left[_YEAR] == right[_YEAR] and (left[_MONTH], left[_DAY]) == (right[_DAY], right[_MONTH]):
        return BirthDateLevel.SWAP
    if _near(left, right):
        return BirthDateLevel.NEAR
    if not defaults:
        return _compare_parts(left, right)
    return BirthDateLevel.YEAR1 if _years_apart(left, right) == 1 else BirthDateLevel.DIFF


def _near(left: str, right: str) -> bool:
    if left[4:] == right[4:] and _years_apart(left, right) in _CALENDARS:
        return True
    return OSA.distance(left, right, score_cutoff=1) == 1


def _compare_parts(left: str, right: str) -> BirthDateLevel:
    equal = sum(left[part] == right[part] for part in (_YEAR, _MONTH, _DAY))
    return BirthDateLevel.PART if equal > 1 else BirthDateLevel.DIFF


def _years_apart(left: str, right: str) -> int:
    return abs(int(left[_YEAR]) - int(right[_YEAR]))
