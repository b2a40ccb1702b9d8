"""Comparing two names as Hong Kong writes them."""

import pytest

from pacs_dedup.domain.patients.identity import PersonNameParts
from pacs_dedup.domain.patients.names import compare_names, compare_names_of, name_keys

CHAN_TAI_MAN = PersonNameParts(("CHAN",), ("TAI", "MAN"), family_known=True)


def level(left: PersonNameParts, right: PersonNameParts) -> str:
    return compare_names(left, right)[0]


def written(text: str) -> PersonNameParts:
    """A name as headers write it, in simplified characters: ``FAMILY^GIVEN^MIDDLE=HANZI``, or words alone."""
    letters, _, hanzi = text.partition("=")
    family, caret, given_names = letters.partition("^")
    if not caret:
        return latin("", letters, hanzi=hanzi, family_known=False)
    return latin(family, given_names.replace("^", " "), hanzi=hanzi, family_known=bool(letters))


def latin(family: str, given_names: str = "", **more: object) -> PersonNameParts:
    return PersonNameParts(tuple(family.split()), tuple(given_names.split()), **{"family_known": True, **more})


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
    ("left", "right", "expected"),
    [
        ("CHAN^TM", "CHAN^TAI MAN", "lat_initials"),
        ("T M CHAN", "CHAN^TAIMAN", "lat_initials"),
        ("AU YEUNG^C", "AUYEUNG^CHUN", "lat_initials"),
        ("SMITH^J", "SMITH^JOHN", "lat_initials"),
        ("CHAN WONG^TAI MUI", "WONG^TAI MUI", "lat_subset"),
        ("CHAN^TAIMAN^PETER", "CHAN^TAI MAN", "lat_subset"),
        ("AUYEUNG^CHUN^AMY", "AU YEUNG^CHUN", "lat_subset"),
        ("CHAN^TAI", "CHAN^TAI MAN", "lat_subset"),
        ("CHAN^TAI", "TAI MAN CHAN", "lat_subset"),
        ("CHAN^MAN", "CHAN^TAI MAN", "family_only"),
        ("CHAN^PETER", "CHAN^TAI MAN^PETER", "lat_subset"),
        ("CHAN^TSZ MAN", "CHAN^T S Z M", "family_only"),
        ("CHAN^TAI MAN", "CHAN^TAI MNA", "typo"),
        ("CHAN^TAI MAN", "CHAN^TAIMN", "typo"),
        ("SMITH^JOHN", "SMITH^JOHM", "typo"),
        ("LI^NA", "LI^N", "lat_initials"),
        ("HO^MAN", "H^MAN", "similar"),
        ("LEE^KA YAN", "LEE^KA YAU", "syl_diff1"),
        ("LEE^KA YAN", "LEI^KA YAN", "rom_variant"),
        ("CHOW^KA YAN", "CHAO^KA IAN", "rom_variant"),
        ("CHEONG^IENG", "CHEUNG^YING", "rom_variant"),
        ("HSU^CHIH FENG", "XU^ZHIFENG", "rom_variant"),
        ("CHAN WONG^SIU MING", "HUANG^XIAOMING", "rom_cross"),
        ("AU YEUNG^NA", "OUYANG^NA", "rom_cross"),
        ("NA AU YEUNG", "OUYANG^NA", "rom_cross"),
        ("HUI^CHI FUNG", "XU^ZHIFENG", "rom_cross"),
        ("HUI^CHI FUNG", "FENG^XUZHI", "diff"),
        ("TIT^KA MAN", "TIE^JIAWEN", "rom_cross"),
        ("LEE^KA YAN", "LI^JIAEN", "rom_cross"),
        ("CHAN^TAI MAN^PETER", "CHEN^DAWEN", "rom_cross"),
        ("CHAN^TAI MAN", "CHEN^XIAOMING", "family_only"),
        ("CHAN TAI MAN", "CHAN SIU MING", "family_only"),
        ("LEE^KA YAN", "LEE^KA YEE", "family_only"),
        ("TAM^KA YAN", "LAM^SIU MING", "diff"),
        ("MAHONY^SOPHIE", "MAHOMEY^SOPHIA", "similar"),
        ("SOPHIE MAHONY", "MAHOMEY SOPHIA", "similar"),
        ("SMITH^JOHN", "SCHMIDT^JON", "diff"),
        ("SMITH^JOHN", "SMITH^MARY", "family_only"),
        ("SMITH^JOHN", "BROWN^MARY", "diff"),
        ("CAMPBELL^", "CAMPBEL^", "typo"),
        ("TOM^", "TIM^", "typo"),
        ("CLARK^", "CLARKESON^", "diff"),
        ("^DELANEY", "^JAYDEN", "diff"),
        ("FUNG^A", "FUNG^A B C", "lat_subset"),
    ],
)
def test_written_names_reach_their_level(left: str, right: str, expected: str) -> None:
    names = [written(name) for name in (left, right)]
    assert level(*names) == level(*reversed(names)) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("CHAN^TAI MAN=陈大文", "CHEN^DAWEN", "rom_cross"),
        ("CHAN^TAI MAN=陈泰民", "CHEN^DAWEN", "family_only"),
        ("CHAN^TAI MAN=陈大文", "CHAN^TAI MUN", "rom_variant"),
        ("CHAN^TAI MAN=陈大文", "CHAN^TAI MAN^PETER", "lat_subset"),
        ("SMITH^ANN=陈大文", "CHAN^TAI MAN", "xscript"),
        ("=欧阳大文", "AU YEUNG^TAI MAN", "xscript"),
        ("=欧阳大文", "OUYANG^DAWEN", "xscript"),
        ("=李陈大文", "=陈大文", "lat_subset"),
        ("=陈大文", "=陈大民", "han_1diff"),
        ("=陈文", "=陈民", "family_only"),
        ("CHAN^TAI MAN=陈大文", "CHAN^TAI MAN=陈大民", "han_1diff"),
        ("CHAN^TAI MAN=陈大文", "CHAN^TAI KWAN=陈大君", "family_only"),
        ("=陈", "CHAN^TAI MAN", "null"),
    ],
)
def test_hanzi_confirm_or_deny_what_the_letters_say(left: str, right: str, expected: str) -> None:
    names = [written(name) for name in (left, right)]
    assert level(*names) == level(*reversed(names)) == expected


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
