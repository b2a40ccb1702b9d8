"""Comparing two names as Hong Kong writes them."""

import pytest
from hypothesis import given

from pacs_dedup.domain.names import compare_names, compare_names_of, name_keys
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
        (latin("CHAN", "TAI MAN"), "lat_exact"),
        (latin("", "CHAN TAI MAN", family_known=False), "lat_exact"),
        (latin("CHAN", "TAIMAN"), "lat_reorder"),
        (latin("TAI MAN", "CHAN", family_known=False), "lat_reorder"),
        (latin("CHAN", "TAI MAN PETER"), "lat_subset"),
        (latin("CHAN", "T M"), "lat_initials"),
        (latin("CHAN", "TAI MAM"), "typo"),
        (latin("CHAN", "SIU MING"), "family_only"),
        (latin("CHAN", "TAI"), "lat_subset"),
        (latin("CHAN"), "family_only"),
        (latin("WONG", "SIU MING"), "diff"),
        (latin("", "SIU MING", family_known=False), "diff"),
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
    assert level(CHAN_TAI_MAN, nobody) == "null"


def test_a_damaged_chinese_name_is_compared_by_its_latin_words() -> None:
    damaged = PersonNameParts(("CHAN",), ("TAI", "MAN"), family_known=True, unreadable=True)
    assert level(CHAN_TAI_MAN, damaged) == "lat_exact"


@pytest.mark.parametrize(
    ("spelt", "expected"),
    [
        (CHAN_TAI_MAN, "xscript"),
        (latin("CHEN", "DAWEN"), "xscript"),
        (latin("", "DA WEN CHEN", family_known=False), "xscript"),
        (latin("CHAN", "PETER TAI MAN"), "xscript"),
        (latin("CHAN", "SIU MING"), "family_only"),
        (latin("LEE", "MEI LING"), "diff"),
        (latin("CHAN", "PETER"), "null"),
        (latin("SMITH", "JOHN"), "null"),
    ],
)
def test_a_chinese_name_is_compared_with_what_it_sounds_like(spelt: PersonNameParts, expected: str) -> None:
    assert level(PersonNameParts(hanzi="陈大文"), spelt) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (latin("CHAN", "TAI MAN", hanzi="陈大文"), latin("CHEN", "DAWEN", hanzi="陈大文"), "han_exact"),
        (latin("CHAN", "TAI MAN", hanzi="陈大文"), latin("CHAN", "TAI MAN", hanzi="陈泰民"), "han_conflict"),
        (latin("CHAN", "TAI MAN", hanzi="陈大文"), latin("CHAN", "SIU MING", hanzi="陈小明"), "family_only"),
        (latin("CHAN", "TAI MAN", hanzi="陈大文"), latin("WONG", "SIU MING", hanzi="黄小明"), "diff"),
        (PersonNameParts(hanzi="陈大文"), PersonNameParts(hanzi="黄小明"), "diff"),
    ],
)
def test_chinese_characters_outweigh_how_a_name_sounds(
    left: PersonNameParts, right: PersonNameParts, expected: str
) -> None:
    assert level(left, right) == expected


def test_initials_must_be_the_initials_of_every_given_name() -> None:
    assert level(latin("CHAN", "T S"), latin("CHAN", "TAI MAN")) == "family_only"
    assert level(latin("CHAN", "T MAN"), latin("CHAN", "TAI MAN")) == "lat_initials"


def test_a_word_that_comes_twice_counts_twice() -> None:
    assert level(latin("CHAN", "MAN"), latin("MAN", "MAN TAI")) == "diff"


def test_the_best_pair_of_several_names_speaks() -> None:
    maiden = latin("WONG", "TAI MAN")
    assert compare_names_of((CHAN_TAI_MAN, maiden), (maiden,))[0] == "lat_exact"
    assert compare_names_of((maiden,), (CHAN_TAI_MAN, maiden))[0] == "lat_exact"
    assert compare_names_of((CHAN_TAI_MAN,), (PersonNameParts(),))[0] == "null"
    assert compare_names_of((), ())[0] == "null"


def test_nobody_has_no_key() -> None:
    assert name_keys(PersonNameParts()) == frozenset()
    assert name_keys(latin("UNKNOWN", placeholder=True)) == frozenset()


@pytest.mark.parametrize(
    "other",
    [
        latin("", "TAI MAN CHAN", family_known=False),
        latin("CHAN", "TAIMAN"),
        latin("", "CHANTAIMAN", family_known=False),
        latin("CHAN", "MAN TAI"),
    ],
)
def test_the_same_syllables_have_the_same_keys_in_any_order_and_spacing(other: PersonNameParts) -> None:
    assert name_keys(CHAN_TAI_MAN) & name_keys(other)


def test_chinese_characters_are_a_key_of_their_own() -> None:
    assert name_keys(latin("CHAN", "TAI MAN", hanzi="陈大文")) > name_keys(PersonNameParts(hanzi="陈大文"))
