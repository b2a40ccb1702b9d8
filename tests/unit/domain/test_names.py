"""Comparing two names as Hong Kong writes them."""

import pytest
from hypothesis import given

from pacs_dedup.domain.names import compare_names
from pacs_dedup.domain.patient import PersonNameParts
from tests.strategies import names

CHAN_TAI_MAN = PersonNameParts(("CHAN",), ("TAI", "MAN"), family_known=True)


def level(left: PersonNameParts, right: PersonNameParts) -> str:
    return compare_names(left, right)[0]


def latin(family: str, given_names: str = "", **more: object) -> PersonNameParts:
    return PersonNameParts(tuple(family.split()), tuple(given_names.split()), **{"family_known": True, **more})


@given(names, names)
def test_names_compare_alike_from_either_side(left: PersonNameParts, right: PersonNameParts) -> None:
    assert compare_names(left, right) == compare_names(right, left)


@given(names)
def test_a_name_never_speaks_against_itself(name: PersonNameParts) -> None:
    assert compare_names(name, name)[1] >= 0


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (latin("CHAN", "TAI MAN"), "exact"),
        (latin("", "CHAN TAI MAN", family_known=False), "reordered"),
        (latin("CHAN", "TAIMAN"), "reordered"),
        (latin("TAI MAN", "CHAN", family_known=False), "reordered"),
        (latin("CHAN", "TAI MAN PETER"), "subset"),
        (latin("CHAN", "T M"), "initials"),
        (latin("CHAN", "TAI MAM"), "typo"),
        (latin("CHAN", "SIU MING"), "family_only"),
        (latin("CHAN", "TAI"), "subset"),
        (latin("CHAN"), "family_only"),
        (latin("WONG", "SIU MING"), "differs"),
        (latin("", "SIU MING", family_known=False), "differs"),
    ],
)
def test_latin_names_reach_their_level(other: PersonNameParts, expected: str) -> None:
    assert level(CHAN_TAI_MAN, other) == expected


@pytest.mark.parametrize(
    "nobody",
    [
        PersonNameParts(),
        latin("UNKNOWN", placeholder=True),
        PersonNameParts(unreadable=True, hanzi="陈"),
    ],
)
def test_a_name_that_stands_for_nobody_is_missing(nobody: PersonNameParts) -> None:
    assert level(CHAN_TAI_MAN, nobody) == "missing"


def test_a_damaged_chinese_name_is_compared_by_its_latin_words() -> None:
    damaged = PersonNameParts(("CHAN",), ("TAI", "MAN"), family_known=True, unreadable=True)
    assert level(CHAN_TAI_MAN, damaged) == "exact"


def test_a_chinese_name_alone_is_not_compared_with_latin_letters() -> None:
    assert level(PersonNameParts(hanzi="陈大文"), CHAN_TAI_MAN) == "other_script"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (latin("CHAN", "TAI MAN", hanzi="陈大文"), latin("CHEN", "DAWEN", hanzi="陈大文"), "hanzi_exact"),
        (latin("CHAN", "TAI MAN", hanzi="陈大文"), latin("CHAN", "TAI MAN", hanzi="陈泰民"), "hanzi_conflict"),
        (latin("CHAN", "TAI MAN", hanzi="陈大文"), latin("CHAN", "SIU MING", hanzi="陈小明"), "family_only"),
        (latin("CHAN", "TAI MAN", hanzi="陈大文"), latin("WONG", "SIU MING", hanzi="黄小明"), "differs"),
        (PersonNameParts(hanzi="陈大文"), PersonNameParts(hanzi="黄小明"), "differs"),
    ],
)
def test_chinese_characters_outweigh_how_a_name_sounds(
    left: PersonNameParts, right: PersonNameParts, expected: str
) -> None:
    assert level(left, right) == expected


def test_initials_must_be_the_initials_of_every_given_name() -> None:
    assert level(latin("CHAN", "T S"), latin("CHAN", "TAI MAN")) == "family_only"
    assert level(latin("CHAN", "T MAN"), latin("CHAN", "TAI MAN")) == "family_only"


def test_a_word_that_comes_twice_counts_twice() -> None:
    assert level(latin("CHAN", "MAN"), latin("MAN", "MAN TAI")) == "differs"
