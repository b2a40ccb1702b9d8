"""A name as it can be written and read: what comparing it needs, worked out once a name.

A Latin word that is no syllable of a scheme is a Western name: it stays whole, and a reading leaves it out. Where the
format does not tell the family name, the name is read with the family name first and with it last.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, product
from typing import Final

from pacs_dedup.domain.patients.identity import PersonNameParts
from pacs_dedup.domain.patients.names.hanzi import (
    COMPOUND_SURNAMES,
    Language,
    crossings,
    readings,
    surname_readings,
    surnames_by_sound,
)
from pacs_dedup.domain.patients.names.initials import may_have_initials
from pacs_dedup.domain.patients.names.syllables import Scheme, sounds, split, splits

_NONE: Final[frozenset[str]] = frozenset()
_MIN_SYLLABLES: Final = 2
_MOST_CUTS: Final = 6
"""Ways to cut all words of a name that are read."""
_MOST_FAMILY: Final = 3
_MARRIED: Final = 2
"""Family names of a married woman: her husband's before her own."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of a name in one scheme.

    Attributes:
        orders: syllables, Western names whole: as written, then with the last as the family name if that may be.
        chinese: the first syllable of some order is a family name in this scheme.
        wholly_chinese: so it is, and there are no words but syllables of the scheme.
        words: what the orders put in order, each once.
    """

    scheme: Scheme
    orders: tuple[tuple[str, ...], ...]
    chinese: bool
    wholly_chinese: bool
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a name aloud, family name first.

    Attributes:
        sounds: for each syllable the Jyutping or Pinyin syllables it can be.
        surnames: characters of family names that the first syllable can be; empty where it is none we know.
        images: for Cantonese, the Pinyin syllables that the characters of each sound have.
    """

    language: Language
    sounds: tuple[frozenset[str], ...]
    surnames: frozenset[str]
    images: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Syllable:
    """What a spelling stands for: sounds, characters of family names, and their Pinyin if the sounds are Cantonese."""

    sounds: frozenset[str]
    surnames: frozenset[str]
    images: frozenset[str]


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of one name.

    Attributes:
        joined: all letters, from every word on.
        keys: sorted syllables, in each scheme.
        spelt: the Latin words, by scheme.
        latin: readings of the Latin words.
        hanzi: readings of the Chinese characters.
        letters: of all Latin words.
        initials: some Latin word may be an initial.
    """

    joined: frozenset[str]
    keys: frozenset[tuple[str, ...]]
    spelt: tuple[Spelling, ...]
    latin: tuple[Reading, ...]
    hanzi: tuple[Reading, ...]
    letters: int
    initials: bool


@lru_cache(maxsize=1 << 17)
def forms_of(name: PersonNameParts) -> Forms:
    """Work out the forms of a name."""
    words = name.words
    spelt = tuple(_spelling(name, scheme) for scheme in Scheme) if words else ()
    return Forms(
        joined=frozenset("".join(words[at:] + words[:at]) for at in range(len(words))),
        keys=frozenset(tuple(sorted(spelling.orders[0])) for spelling in spelt),
        spelt=spelt,
        latin=tuple(_latin_readings(name, spelt)),
        hanzi=tuple(_hanzi_readings(name.hanzi)),
        letters=sum(map(len, words)),
        initials=any(may_have_initials(spelling.words) for spelling in spelt),
    )


def syllables_of(words: tuple[str, ...], scheme: Scheme) -> tuple[str, ...]:
    """Cut words into syllables; what can not be cut stays whole."""
    return tuple(syllable for word in words for syllable in split(word, scheme) or (word,))


def _spelling(name: PersonNameParts, scheme: Scheme) -> Spelling:
    orders = tuple(dict.fromkeys(_orders(name, syllables_of(name.words, scheme), scheme)))
    known = sounds(scheme)
    chinese = any(order[0] in known and _syllable(scheme, order[0]).surnames for order in orders)
    words = frozenset(orders[0])
    return Spelling(scheme, orders, chinese, chinese and words <= known.keys(), words)


def _orders(name: PersonNameParts, whole: tuple[str, ...], scheme: Scheme) -> Iterator[tuple[str, ...]]:
    """Yield the syllables as they stand, and where the family name may be last, with it first."""
    yield whole
    if not name.family_known:
        family = 2 if _is_compound(whole[-2:], scheme) else 1
        yield whole[-family:] + whole[:-family]


def _is_compound(pair: tuple[str, ...], scheme: Scheme) -> bool:
    return pair in _compounds(scheme)


@cache
def _compounds(scheme: Scheme) -> frozenset[tuple[str, ...]]:
    """Return the spellings of the family names of two characters."""
    read = surname_readings(scheme.language)
    spelt = defaultdict(list)
    for spelling, possible in sounds(scheme).items():
        for character in set("".join(COMPOUND_SURNAMES)):
            if not possible.isdisjoint(read.get(character, _NONE)):
                spelt[character].append(spelling)
    return frozenset(pair for c in COMPOUND_SURNAMES for pair in product(spelt[c[0]], spelt[c[1]]))


def _latin_readings(name: PersonNameParts, spelt: tuple[Spelling, ...]) -> Iterator[Reading]:
    """Yield what the words can be read as; by Wade-Giles only what is not Pinyin."""
    is_pinyin = False
    for spelling in spelt:
        if spelling.scheme is Scheme.WADE_GILES and is_pinyin:
            return
        for order in dict.fromkeys(_chinese_orders(name, spelling.scheme)):
            reading = _reading(spelling.scheme, order)
            if reading.surnames or (name.family_known and not any(other.chinese for other in spelt)):
                yield reading
                is_pinyin |= spelling.scheme is Scheme.PINYIN and len(order) == len(spelling.orders[0])


def _chinese_orders(name: PersonNameParts, scheme: Scheme) -> Iterator[tuple[str, ...]]:
    """Yield the Chinese syllables of a name, family name first, in every way to cut its words and to place them.

    There are none where the family name is no Chinese one, or where a word that is no syllable here is one elsewhere:
    then the name is not written in this scheme.
    """
    ways = {word: _ways(word, scheme) for word in name.words}
    family = syllables_of(name.family, scheme)
    if not _may_be_chinese(name, family, scheme) or any(not cuts and _is_syllable(word) for word, cuts in ways.items()):
        return
    for cut in islice(product(*(ways[word] for word in name.words if ways[word])), _MOST_CUTS):
        chinese = tuple(syllable for word in cut for syllable in word)
        orders = list(_orders(name, chinese, scheme))
        if len(name.family) == _MARRIED and not _is_compound(name.family, scheme):
            orders.append(chinese[1:])
        yield from (order for order in orders if len(order) >= _MIN_SYLLABLES and len(chinese) > len(family))


def _may_be_chinese(name: PersonNameParts, family: tuple[str, ...], scheme: Scheme) -> bool:
    """The family name, if we know it, has one syllable, is a known one of two, or is two: a married woman's."""
    if not name.family_known:
        return True
    if not all(syllable in sounds(scheme) for syllable in family):
        return False
    return len(family) == 1 or _is_compound(family, scheme) or 1 < len(name.family) <= len(family) <= _MOST_FAMILY


def _ways(word: str, scheme: Scheme) -> tuple[tuple[str, ...], ...]:
    """Return the ways to cut a word: one only, but in Pinyin, which writes given names together."""
    if scheme is Scheme.PINYIN and word not in sounds(Scheme.HONG_KONG):
        return splits(word, scheme)
    found = split(word, scheme)
    return (found,) if found else ()


def _is_syllable(word: str) -> bool:
    return any(word in sounds(scheme) for scheme in Scheme)


def _reading(scheme: Scheme, order: tuple[str, ...]) -> Reading:
    read = [_syllable(scheme, spelling) for spelling in order]
    return Reading(scheme.language, tuple(s.sounds for s in read), read[0].surnames, tuple(s.images for s in read))


@cache
def _syllable(scheme: Scheme, spelling: str) -> _Syllable:
    possible, by_sound = sounds(scheme)[spelling], surnames_by_sound(scheme.language)
    surnames = _NONE.union(*(by_sound.get(sound, _NONE) for sound in possible))
    crossed = crossings() if scheme.language is Language.CANTONESE else {}
    return _Syllable(possible, surnames, _NONE.union(*(crossed.get(sound, _NONE) for sound in possible)))


def _hanzi_readings(hanzi: str) -> Iterator[Reading]:
    if len(hanzi) < _MIN_SYLLABLES:
        return
    family = 2 if hanzi[:2] in COMPOUND_SURNAMES and len(hanzi) > _MIN_SYLLABLES else 1
    for language in Language:
        first, further = surname_readings(language), readings(language)
        possible = [first.get(c, _NONE) for c in hanzi[:family]] + [further.get(c, _NONE) for c in hanzi[family:]]
        yield Reading(language, tuple(possible), frozenset(hanzi[0]))
