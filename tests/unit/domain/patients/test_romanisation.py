"""Latin spellings of Chinese syllables: what each can stand for, and how words are cut into them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.patients.names.cantonese import sounds_by_spelling, spellings_of
from pacs_dedup.domain.patients.names.hanzi import Language, syllables
from pacs_dedup.domain.patients.names.mandarin import sounds_by_pinyin, sounds_by_wade_giles
from pacs_dedup.domain.patients.names.syllables import Scheme, sounds, split, splits

SURNAME_SPELLINGS = (
    "陳 can CHAN|李 lei LEE|李 lei LI|李 lei LEI|黃 wong WONG|張 zoeng CHEUNG|張 zoeng CHEONG|何 ho HO|"
    "羅 lo LAW|羅 lo LO|周 zau CHOW|周 zau CHAU|周 zau CHAO|謝 ze TSE|謝 ze CHE|徐 ceoi TSUI|徐 ceoi CHUI|"
    "曾 zang TSANG|曾 zang CHANG|區 au AU|高 gou KO|古 gu KOO|古 gu KU|潘 pun POON|潘 pun PUN|郭 gwok KWOK|"
    "郭 gwok KUOK|許 heoi HUI|許 heoi HOI|葉 jip YIP|葉 jip IP|吳 ng NG|余 jyu YU|余 jyu YUE|袁 jyun YUEN|"
    "楊 joeng YEUNG|楊 joeng IEONG|鄭 zeng CHENG|趙 ziu CHIU|蕭 siu SIU|施 si SZE|石 sek SHEK|蔡 coi CHOI|"
    "馮 fung FUNG|麥 mak MAK|莫 mok MOK|薛 sit SIT|梁 loeng LEUNG|梁 loeng LEONG|程 cing CHING|孟 maang MANG|"
    "關 gwaan KWAN|溫 wan WAN|屈 wat WAT|翁 jung YUNG|任 jam YAM|歐 au AU"
)
written = st.text("ACEGHIKLMNOPSTUWYZ", min_size=1, max_size=14)


@pytest.mark.parametrize("known", SURNAME_SPELLINGS.split("|"))
def test_family_names_are_spelt_as_identity_cards_spell_them(known: str) -> None:
    _, sound, spelling = known.split()
    assert sound in sounds_by_spelling()[spelling]


@pytest.mark.parametrize(
    ("sound", "spelling"),
    [
        ("zi", "CHI"),
        ("zi", "TSZ"),
        ("si", "SZE"),
        ("ji", "YEE"),
        ("jyut", "YUET"),
        ("seot", "SUT"),
        ("hoi", "HOI"),
        ("m", "NG"),
    ],
)
def test_given_names_are_spelt_as_identity_cards_spell_them(sound: str, spelling: str) -> None:
    assert spelling in spellings_of(sound)


def test_a_lone_m_is_an_initial_and_no_syllable() -> None:
    assert "M" not in sounds_by_spelling()


def test_every_cantonese_syllable_has_a_spelling() -> None:
    assert all(spellings_of(sound) for sound in syllables(Language.CANTONESE))
    assert set().union(*sounds_by_spelling().values()) == syllables(Language.CANTONESE)


@pytest.mark.parametrize(
    ("spelling", "sound"),
    [("LYU", "lv"), ("LV", "lv"), ("LU", "lv"), ("LU", "lu"), ("NYU", "nv"), ("ZHANG", "zhang"), ("XUE", "xue")],
)
def test_pinyin_is_read_with_every_way_to_write_its_umlaut(spelling: str, sound: str) -> None:
    assert sound in sounds_by_pinyin()[spelling]


@pytest.mark.parametrize(
    ("spelling", "sound"),
    [
        ("HSU", "xu"),
        ("TSAI", "cai"),
        ("CHANG", "zhang"),
        ("KUO", "guo"),
        ("HSIEH", "xie"),
        ("CHIU", "qiu"),
        ("YEH", "ye"),
        ("CHIH", "zhi"),
        ("LING", "ling"),
        ("CHIUNG", "qiong"),
        ("SZU", "si"),
        ("JUNG", "rong"),
    ],
)
def test_wade_giles_is_read_as_taiwan_writes_it(spelling: str, sound: str) -> None:
    assert sound in sounds_by_wade_giles()[spelling]


def test_each_scheme_writes_one_language() -> None:
    assert [scheme.language for scheme in Scheme] == [Language.CANTONESE, Language.MANDARIN, Language.MANDARIN]


@pytest.mark.parametrize(
    ("word", "scheme", "cut"),
    [
        ("TAIMAN", Scheme.HONG_KONG, "TAI MAN"),
        ("KAYAN", Scheme.HONG_KONG, "KA YAN"),
        ("AUYEUNG", Scheme.HONG_KONG, "AU YEUNG"),
        ("CHANTAIMAN", Scheme.HONG_KONG, "CHAN TAI MAN"),
        ("DAWEN", Scheme.PINYIN, "DA WEN"),
        ("XIAOMING", Scheme.PINYIN, "XIAO MING"),
        ("CHIHLING", Scheme.WADE_GILES, "CHIH LING"),
        ("LIAN", Scheme.PINYIN, "LIAN"),
        ("E", Scheme.PINYIN, "E"),
        ("PETER", Scheme.HONG_KONG, ""),
        ("SIE", Scheme.PINYIN, ""),
        ("TAIMANTAIMANTAIMAN", Scheme.HONG_KONG, ""),
    ],
)
def test_a_word_is_cut_in_one_canonical_way(word: str, scheme: Scheme, cut: str) -> None:
    assert split(word, scheme) == tuple(cut.split())


def test_other_ways_to_cut_a_word_are_known_too() -> None:
    assert {("LIAN",), ("LI", "AN")} <= set(splits("LIAN", Scheme.PINYIN))
    assert ("SI", "E") in splits("SIE", Scheme.PINYIN)


@given(written, st.sampled_from(Scheme))
def test_what_was_cut_makes_the_word_again(word: str, scheme: Scheme) -> None:
    for way in splits(word, scheme):
        assert "".join(way) == word
        assert all(syllable in sounds(scheme) for syllable in way)


@given(st.lists(st.sampled_from(sorted(sounds_by_pinyin())), min_size=1, max_size=3))
def test_whatever_syllables_make_can_be_cut(parts: list[str]) -> None:
    assert splits("".join(parts), Scheme.PINYIN)
