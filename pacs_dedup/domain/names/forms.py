"""A name as it can be written and read: what comparing it needs, worked out once a name.

A Latin word that is no syllable of a scheme is a Western name: it stays whole, and a reading leaves it out. Where the
format does not tell the family name, the name is read with the family name first and with it last.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from pacs_dedup.domain.names.hanzi import (
    COMPOUND_SURNAMES,
    Language,
    crossings,
    readings,
    surname_readings,
    surnames_by_sound,
)
from pacs_dedup.domain.names.syllables import Scheme, sounds, split
from pacs_dedup.domain.patient import PersonNameParts

_NONE: Final[frozenset[str]] = frozenset()
_MIN_SYLLABLES: Final = 2
_MARRIED: Final = 2
"""Family names of a married woman: her husband's before her own."""


Spelt: TypeAlias = tuple[tuple[Scheme, tuple[tuple[str, ...], ...]], ...]
"""The syllables of a name, by scheme and by order."""


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
class Forms:
    """The forms of one name.

    Attributes:
        joined: all letters, from every word on.
        keys: sorted syllables, in each scheme.
        spelt: syllables by scheme and order; Western names whole.
        latin: readings of the Latin words.
        hanzi: readings of the Chinese characters.
    """

    joined: frozenset[str]
    keys: frozenset[tuple[str, ...]]
    spelt: Spelt
    latin: tuple[Reading, ...]
    hanzi: tuple[Reading, ...]


@lru_cache(maxsize=1 << 16)
def forms_of(name: PersonNameParts) -> Forms:
    """Work out the forms of a name."""
    words = name.words
    spelt = tuple((scheme, tuple(dict.fromkeys(_orders(name, scheme)))) for scheme in Scheme) if words else ()
    return Forms(
        joined=frozenset("".join(words[at:] + words[:at]) for at in range(len(words))),
        keys=frozenset(tuple(sorted(orders[0])) for _, orders in spelt),
        spelt=spelt,
        latin=tuple(dict.fromkeys(_latin_readings(name, spelt))),
        hanzi=tuple(_hanzi_readings(name.hanzi)),
    )


def syllables_of(words: tuple[str, ...], scheme: Scheme) -> tuple[str, ...]:
    """Cut words into syllables; what can not be cut stays whole."""
    return tuple(syllable for word in words for syllable in split(word, scheme) or (word,))


def _orders(name: PersonNameParts, scheme: Scheme) -> Iterator[tuple[str, ...]]:
    """Yield the syllables as written, then in the orders in which the family name may come first."""
    whole = syllables_of(name.words, scheme)
    yield whole
    if not name.family_known:
        family = 2 if _is_compound(whole[-2:], scheme) else 1
        yield whole[-family:] + whole[:-family]


def _is_compound(pair: tuple[str, ...], scheme: Scheme) -> bool:
    known, read = sounds(scheme), surname_readings(scheme.language)
    return any(
        all(not known.get(s, _NONE).isdisjoint(read.get(c, _NONE)) for s, c in zip(pair, compound, strict=False))
        for compound in COMPOUND_SURNAMES
    )


def _latin_readings(name: PersonNameParts, spelt: Spelt) -> Iterator[Reading]:
    """Yield what the words can be read as; by Wade-Giles only what is not Pinyin."""
    pinyin: set[int] = set()
    for scheme, orders in spelt:
        for at, order in enumerate(_chinese_orders(name, scheme, orders)):
            reading = _reading(scheme, order)
            if reading and (reading.surnames or name.family_known) and at not in pinyin:
                yield reading
                pinyin |= {at} if scheme is Scheme.PINYIN and len(order) == len(orders[0]) else set()


def _chinese_orders(
    name: PersonNameParts, scheme: Scheme, orders: tuple[tuple[str, ...], ...]
) -> list[tuple[str, ...]]:
    known = sounds(scheme)
    found = [tuple(s for s in order if s in known) for order in orders]
    if len(name.family) == _MARRIED and not _is_compound(name.family, scheme):
        found.append(found[0][1:])
    return found


def _reading(scheme: Scheme, order: tuple[str, ...]) -> Reading | None:
    if len(order) < _MIN_SYLLABLES:
        return None
    language, possible = scheme.language, tuple(sounds(scheme)[syllable] for syllable in order)
    by_sound = surnames_by_sound(language)
    surnames = _NONE.union(*(by_sound.get(sound, _NONE) for sound in possible[0]))
    images: tuple[frozenset[str], ...] = ()
    if language is Language.CANTONESE:
        crossed = crossings()
        images = tuple(_NONE.union(*(crossed.get(sound, _NONE) for sound in each)) for each in possible)
    return Reading(language, possible, surnames, images)


def _hanzi_readings(hanzi: str) -> Iterator[Reading]:
    if len(hanzi) < _MIN_SYLLABLES:
        return
    family = 2 if hanzi[:2] in COMPOUND_SURNAMES and len(hanzi) > _MIN_SYLLABLES else 1
    for language in Language:
        first, further = surname_readings(language), readings(language)
        possible = [first.get(c, _NONE) for c in hanzi[:family]] + [further.get(c, _NONE) for c in hanzi[family:]]
        yield Reading(language, tuple(possible), frozenset(hanzi[0]))
