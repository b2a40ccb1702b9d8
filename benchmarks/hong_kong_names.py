"""Invented people with Hong Kong names, and the same names as other systems write them.

Spellings do not come from the product's own rules: Cantonese ones from the dictionary of ``cantonese-romanisation``
(MIT), Mandarin ones from ``xpinyin`` (MIT). Only how the commonest family names are written on identity cards, and how
some family names are read in Mandarin, is given here. Frequencies: the commonest eight family names have their share
of 931 candidates of the District Council election of 2011 (DC candidates list of initiummedia/disco-map, as cited in
`docs/concepts/names.md`); all others fall off as a power of their rank.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from cantoroman import Cantonese
from opencc import OpenCC
from xpinyin import Pinyin

COMMONEST = {"陳": 9.2, "黃": 8.1, "李": 6.8, "梁": 4.5, "林": 3.5, "張": 3.2, "劉": 3.1, "吳": 2.4}
OTHER_SURNAMES = (
    "何鄭羅楊鄧葉周馮曾謝蔡許郭朱蘇鍾徐王盧余胡潘馬趙唐譚伍方高曹袁鄺莫蕭麥簡關彭杜鄒溫廖湯江石譙尹施賴孔黎魏蔣范歐區區戴丁雷韓"
    "沈單翟湛岑甘陶冼任古龐康孫邱倫文程洪練游阮植屈田柯姚邵沙利車符董成白查仇解祝龍毛夏賀凌霍"
)
WRITTEN = (
    "陳CHAN 黃WONG 李LEE 梁LEUNG 林LAM 張CHEUNG 劉LAU 吳NG 何HO 鄭CHENG 羅LAW 楊YEUNG 鄧TANG 葉YIP 周CHOW "
    "馮FUNG 曾TSANG 謝TSE 蔡CHOI 許HUI 郭KWOK 朱CHU 蘇SO 鍾CHUNG 徐TSUI 王WONG 盧LO 余YU 胡WU 潘POON 馬MA "
    "趙CHIU 唐TONG 譚TAM 伍NG 方FONG 高KO 曹TSO 袁YUEN 鄺KWONG 莫MOK 蕭SIU 麥MAK 簡KAN 關KWAN 彭PANG 杜TO "
    "鄒CHAU 溫WAN 廖LIU 湯TONG 江KONG 石SHEK 尹WAN 施SZE 賴LAI 孔HUNG 黎LAI "
)
"""How family names are written on most identity cards; the others as the dictionary has them."""
READ_IN_MANDARIN = {"曾": "zeng", "單": "shan", "仇": "qiu", "區": "ou", "解": "xie", "查": "zha", "翟": "zhai"}
FIRST = (
    "嘉家志國偉文永子俊詠曉詩婉美慧淑玉秀麗惠小錦德建健浩梓卓穎凱樂芷紫靜雅雪思佩敏翠鳳月少潔倩樹世漢兆啟耀華振冠仲澤達明宏宗榮柏"
    "景智朗天正立展鎮伯肇寶金桂瑞蓮彩燕佳依欣綺筠沛晞晉睿昊皓駿逸焯煒衍勵旭珮蔚愷頌"
)
SECOND = (
    "明文華強輝雄傑豪偉榮昌成發德光生安康健俊軒賢希謙熙朗恩欣怡儀玲珍芳英蘭蓮芬萍琴娟嫻敏慧君茵瑩瑜琪婷妍彤瑤晴霖霞雯雪燕鳳嫦嬌好娥卿"
    "貞珠梅瓊群喬堯峰鋒洪泉波源海濤江洋鵬龍麟駿超威權信義禮仁平和祥興盛基業棠添財貴富全球耀佳洛琳盈姍姿而汶翹淇潼桐銘銓鈞森楠然熹燊"
)
WESTERN = "PETER MARY JOHN ALAN AMY WINNIE KELVIN JACKY CARMEN IVAN ANNIE RAYMOND VIVIAN TONY KAREN ERIC JOYCE ALEX"
_FALL_OFF = 1.0
_LENGTHENED = re.compile("A[AR]|AO$|IEW|EA")
Weighted = tuple[tuple[str, ...], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone's name, each way that somebody writes it.

    Attributes:
        hanzi: traditional characters, family name first.
        spelling: a Hong Kong spelling of each.
    """

    hanzi: str
    spelling: tuple[str, ...]

    @property
    def header(self) -> str:
        """The name as a Hong Kong hospital writes it (PS3.5 6.2.1)."""
        return f"{self.spelling[0]}^{' '.join(self.spelling[1:])}"


def people(number: int, rng: random.Random) -> list[Person]:
    """Invent so many people; one in ten has a single given name."""
    surnames, firsts, seconds = _surnames(), _falling(FIRST), _falling(SECOND)
    return [_person(_draw(surnames, rng), _given(firsts, seconds, rng), rng) for _ in range(number)]


def _given(firsts: Weighted, seconds: Weighted, rng: random.Random) -> str:
    return (_draw(firsts, rng) if rng.random() < 0.9 else "") + _draw(seconds, rng)


def _person(surname: str, given: str, rng: random.Random) -> Person:
    family = _card_spellings().get(surname) or rng.choice(_on_cards(surname))
    return Person(surname + given, (family, *(rng.choice(_on_cards(character)) for character in given)))


@cache
def _on_cards(character: str) -> tuple[str, ...]:
    """Return the spellings that identity cards use: no voiced initials, and no R that makes a vowel long."""
    found = spellings(character)
    return tuple(s for s in found if s[0] not in "BDGJZ" and not _LENGTHENED.search(s)) or found


@cache
def spellings(character: str) -> tuple[str, ...]:
    """Return the Hong Kong spellings that the dictionary has of a character."""
    return tuple(found.upper() for found in _dictionary().charToRoman[character])


@cache
def _dictionary() -> Cantonese:
    return Cantonese()


@cache
def _card_spellings() -> dict[str, str]:
    return {word[0]: word[1:] for word in WRITTEN.split()}


@cache
def _surnames() -> Weighted:
    rest = 100 - sum(COMMONEST.values())
    others, cumulative = _falling(OTHER_SURNAMES)
    tail = [rest * (b - a) / cumulative[-1] for a, b in zip((0.0, *cumulative), cumulative, strict=False)]
    return (*COMMONEST, *others), tuple(accumulate((*COMMONEST.values(), *tail)))


def _falling(characters: str) -> Weighted:
    distinct = tuple(dict.fromkeys(characters))
    return distinct, tuple(accumulate((rank + 3) ** -_FALL_OFF for rank in range(len(distinct))))


def _draw(weighted: Weighted, rng: random.Random) -> str:
    return rng.choices(weighted[0], cum_weights=weighted[1])[0]


def reformatted(person: Person, rng: random.Random) -> str:
    """The same words in another order, spacing or case."""
    family, *given = person.spelling
    together, spaced, hyphened = "".join(given), " ".join(given), "-".join(given).capitalize()
    return rng.choice(
        (
            f"{family}^{together}",
            f"{family} {spaced}",
            f"{spaced} {family}",
            f"{family.title()}, {hyphened}",
            f"{family} {hyphened}",
        )
    )


def with_western_name(person: Person, rng: random.Random) -> str:
    """A Western given name added, behind or before."""
    name, (family, *given) = rng.choice(WESTERN.split()), person.spelling
    return rng.choice((f"{person.header}^{name}", f"{name.title()} {family} {'-'.join(given).capitalize()}"))


def respelt(person: Person, rng: random.Random) -> str | None:
    """Another Hong Kong spelling of one syllable; None where no character has another."""
    syllables = list(person.spelling)
    places = [at for at, c in enumerate(person.hanzi) if set(spellings(c)) - {syllables[at]}]
    if not places:
        return None
    at = rng.choice(places)
    syllables[at] = rng.choice(sorted(set(spellings(person.hanzi[at])) - {syllables[at]}))
    return f"{syllables[0]}^{' '.join(syllables[1:])}"


def in_pinyin(person: Person, _: random.Random) -> str:
    """The Mandarin name as the mainland spells it, given names together."""
    family, *given = (READ_IN_MANDARIN.get(c) if at == 0 else None for at, c in enumerate(person.hanzi))
    read = [found or _pinyin().get_pinyin(c, "") for c, found in zip(person.hanzi, (family, *given), strict=True)]
    return f"{read[0]}^{''.join(read[1:])}".upper()


def in_hanzi(person: Person, _: random.Random) -> str:
    """Simplified characters and nothing else."""
    return _simplified().convert(person.hanzi)


@cache
def _pinyin() -> Pinyin:
    return Pinyin()


@cache
def _simplified() -> OpenCC:
    return OpenCC("t2s")


def with_slip(person: Person, rng: random.Random) -> str:
    """One letter replaced, left out, doubled or swapped with the next."""
    at = rng.choice([n for n, letter in enumerate(person.header) if letter.isalpha()])
    before, letter, after = person.header[:at], person.header[at], person.header[at + 1 :]
    other = rng.choice([c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c != letter])
    slips = [before + other + after, before + after, before + letter * 2 + after]
    if after[:1].isalpha() and after[0] != letter:
        slips.append(before + after[0] + letter + after[1:])
    return rng.choice(slips)


def with_initials(person: Person, _: random.Random) -> str:
    """Given names by their first letters."""
    return f"{person.spelling[0]}^{' '.join(given[0] for given in person.spelling[1:])}"


CHANGES: dict[str, Callable[[Person, random.Random], str | None]] = {
    "order or spacing": reformatted,
    "Western name added": with_western_name,
    "another Hong Kong spelling": respelt,
    "Pinyin instead": in_pinyin,
    "simplified characters only": in_hanzi,
    "one letter wrong": with_slip,
    "initials": with_initials,
}
