"""Taking a name apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.dicom.person_name import parse_person_name
from pacs_dedup.dicom.text import DecodedText
from pacs_dedup.domain.patients.identity import PersonNameParts


def parse(written: str) -> PersonNameParts:
    return parse_person_name(DecodedText(written))


def rewritten(name: PersonNameParts) -> str:
    """The name as a header would hold what was understood of it."""
    latin = f"{' '.join(name.family)}^{' '.join(name.given)}" if name.family_known else " ".join(name.words)
    return f"{latin}={name.hanzi}" if name.hanzi else latin


@pytest.mark.parametrize(
    ("written", "family", "given"),
    [
        ("CHAN^TAI MAN", "CHAN", "TAI MAN"),
        ("CHAN^TAI MAN^^", "CHAN", "TAI MAN"),
        ("chan^tai man ", "CHAN", "TAI MAN"),
        ("CHAN^TAIMAN", "CHAN", "TAIMAN"),
        ("Chan, Tai-man", "CHAN", "TAI MAN"),
        ("Chan Tai-man, Peter", "CHAN TAI MAN", "PETER"),
        ("Peter CHAN Tai-man", "CHAN", "PETER TAI MAN"),
        ("CHAN Tai-man", "CHAN", "TAI MAN"),
        ("Tai-man CHAN", "CHAN", "TAI MAN"),
        ("AU YEUNG Chun", "AU YEUNG", "CHUN"),
        ("Chun AU YEUNG", "AU YEUNG", "CHUN"),
        ("AU YEUNG^CHUN", "AU YEUNG", "CHUN"),
        ("SZETO^WAH", "SZETO", "WAH"),
        ("CHAN WONG^TAI MUI", "CHAN WONG", "TAI MUI"),
        ("CHAN^TAI MAN^PETER", "CHAN", "TAI MAN PETER"),
        ("CHAN^TAI MAN^^DR", "CHAN", "TAI MAN"),
        ("CHAN^DR TAI MAN", "CHAN", "TAI MAN"),
        ("Mrs CHAN Siu-ling", "CHAN", "SIU LING"),
        ("O'BRIEN^SEÁN", "OBRIEN", "SEAN"),
        ("=陳^大文", "", ""),
        ("CHAN^TAI MAN=陳^大文=ㄔㄣ", "CHAN", "TAI MAN"),
    ],
)
def test_the_format_tells_the_family_name(written: str, family: str, given: str) -> None:
    found = parse(written)
    assert (found.family, found.given) == (tuple(family.split()), tuple(given.split()))
    assert found.family_known == bool(family)


@pytest.mark.parametrize("written", ["CHAN TAI MAN", "TAI MAN CHAN", "CHAN TAI MAN^^", "chan tai man", "Chan Tai Man"])
def test_where_the_format_does_not_tell_nothing_is_guessed(written: str) -> None:
    found = parse(written)
    assert (found.family, found.family_known) == ((), False)
    assert sorted(found.given) == ["CHAN", "MAN", "TAI"]


@pytest.mark.parametrize("written", ["范^余", "=范^余", "FAN^YU=范^余", "FAN^YU==范^余", "范余先生"])
def test_family_names_are_not_made_other_characters(written: str) -> None:
    assert parse(written).hanzi.startswith("范余")


@pytest.mark.parametrize(
    ("written", "hanzi"),
    [("陳大文先生", "陈大文"), ("陳^大文^^^女士", "陈大文"), ("陳小姐", "陈小姐"), ("先生", "先生"), ("衞^峯", "卫峰")],
)
def test_a_title_is_no_part_of_a_chinese_name(written: str, hanzi: str) -> None:
    assert parse(written).hanzi == hanzi


@pytest.mark.parametrize(
    "written",
    [
        "BABY OF CHAN SIU LING",
        "BB CHAN SIU LING",
        "B/O CHAN^SIU LING",
        "CHAN^BABY BOY",
        "NEWBORN^CHAN",
        "陳小玲之子",
        "陳嬰兒",
    ],
)
def test_a_newborn_s_name_is_its_mother_s_and_nobody_s(written: str) -> None:
    found = parse(written)
    assert found.baby
    assert found.placeholder
    assert not found


@pytest.mark.parametrize(
    "written", ["UNKNOWN MALE A", "TRAUMA^ALPHA", "QA^PHANTOM", "TEST01", "ANONYMIZED", "無名氏", "測試^甲"]
)
def test_a_name_for_nobody_in_particular_is_a_placeholder(written: str) -> None:
    found = parse(written)
    assert found.placeholder
    assert not found.baby


@pytest.mark.parametrize(
    "written", ["TESTINO^MARIO", "ANONG^SOMCHAI", "CHAN^BO", "NG^B B", "INFANTINO^GIANNI", "陳測^文"]
)
def test_a_name_that_resembles_a_placeholder_is_a_name(written: str) -> None:
    assert not parse(written).placeholder


@given(
    st.text(st.sampled_from("ABCanyz ^^==,.-'ÜÉ陳大文衞峯Dr "), max_size=24),
)
def test_what_was_understood_is_understood_again(written: str) -> None:
    once = parse(written)
    assert parse(rewritten(once)) == once
