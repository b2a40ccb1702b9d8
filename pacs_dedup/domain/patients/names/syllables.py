"""Latin words -> syllables of a romanisation, each word in one canonical way."""

from enum import StrEnum
from functools import cache, lru_cache
from typing import Final, TypeAlias, assert_never

from pacs_dedup.domain.patients.names.cantonese import sounds_by_spelling, spellings_of
from pacs_dedup.domain.patients.names.hanzi import Language
from pacs_dedup.domain.patients.names.mandarin import sounds_by_pinyin, sounds_by_wade_giles

_LONGEST: Final = 7
"""Letters of the longest syllable, CHUANGH and its like excluded."""
_WAYS: Final = 3
"""Ways to cut one word that are kept."""
_MOST: Final = 5
"""Syllables a word can have: a whole name written together."""

_Way: TypeAlias = tuple[int, int, int, tuple[str, ...]]
"""Single letters, syllables, how unusual their spelling is, and the syllables."""


class Scheme(StrEnum):
    """A way to write Chinese syllables in Latin letters."""

    HONG_KONG = "hong_kong"
    PINYIN = "pinyin"
    WADE_GILES = "wade_giles"

    @property
    def language(self) -> Language:
        """The language whose sounds the scheme writes."""
        return Language.CANTONESE if self is Scheme.HONG_KONG else Language.MANDARIN


def sounds(scheme: Scheme) -> dict[str, frozenset[str]]:
    """Return the spellings of a scheme with the syllables each can stand for."""
    match scheme:
        case Scheme.HONG_KONG:
            return sounds_by_spelling()
        case Scheme.PINYIN:
            return sounds_by_pinyin()
        case Scheme.WADE_GILES:
            return sounds_by_wade_giles()
        case _:
            assert_never(scheme)


@lru_cache(maxsize=1 << 16)
def split(word: str, scheme: Scheme) -> tuple[str, ...]:
    """Cut a word into syllables of a scheme; nothing where it can not be cut without a rest.

    Of several ways the one with the fewest syllables is taken, then the one whose spellings are most usual, then the
    first in the alphabet, so that a word is cut alike everywhere and always; a single letter is a syllable only where
    it is the word.
    """
    if word in sounds(scheme):
        return (word,)
    ways = splits(word, scheme)
    return ways[0] if ways and min(map(len, ways[0])) > 1 else ()


@lru_cache(maxsize=1 << 16)
def splits(word: str, scheme: Scheme) -> tuple[tuple[str, ...], ...]:
    """Return the ways to cut a word, at most `_WAYS`, the canonical one first. Dynamic programming over the letters."""
    known = sounds(scheme)
    nothing: _Way = (0, 0, 0, ())
    best: list[list[_Way]] = [[nothing], *([] for _ in word)]
    for end in range(1, len(word) + 1):
        ways = [
            (*_cost(way, word[start:end], scheme), (*way[-1], word[start:end]))
            for start in range(max(0, end - _LONGEST), end)
            if word[start:end] in known
            for way in best[start]
        ]
        best[end] = sorted(ways)[:_WAYS]
    return tuple(syllables for *_, syllables in best[-1] if len(syllables) <= _MOST)


def _cost(way: _Way, syllable: str, scheme: Scheme) -> tuple[int, int, int]:
    letters, count, rank, _ = way
    return letters + (len(syllable) == 1), count + 1, rank + _rank(scheme, syllable)


def _rank(scheme: Scheme, spelling: str) -> int:
    """How far a spelling is from the usual one of some sound: 0 where it is it."""
    return _hong_kong_ranks()[spelling] if scheme is Scheme.HONG_KONG else 0


@cache
def _hong_kong_ranks() -> dict[str, int]:
    return {
        spelling: min(spellings_of(sound).index(spelling) for sound in possible)
        for spelling, possible in sounds_by_spelling().items()
    }
