"""Latin words -> syllables of a romanisation, each word in one canonical way."""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final, assert_never

from pacs_dedup.domain.names.cantonese import sounds_by_spelling, spellings_of
from pacs_dedup.domain.names.hanzi import Language
from pacs_dedup.domain.names.mandarin import sounds_by_pinyin, sounds_by_wade_giles

_LONGEST: Final = 7
"""Letters of the longest syllable, CHUANGH and its like excluded."""
_MOST: Final = 5
"""Syllables a word can have: a whole name written together."""


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
    it is the word. Dynamic programming over the letters.
    """
    known = sounds(scheme)
    best: list[tuple[int, int, tuple[str, ...]] | None] = [(0, 0, ())] + [None] * len(word)
    for end in range(1, len(word) + 1):
        best[end] = min(_extended(best, word, end, scheme, known), default=None)
    found = best[-1]
    return found[2] if found and found[0] <= _MOST else ()


def _extended(
    best: list[tuple[int, int, tuple[str, ...]] | None],
    word: str,
    end: int,
    scheme: Scheme,
    known: dict[str, frozenset[str]],
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield the ways to cut up to ``end`` whose last part is a syllable."""
    for start in range(max(0, end - _LONGEST), end):
        before, syllable = best[start], word[start:end]
        if before and syllable in known and (len(syllable) > 1 or len(word) == 1):
            yield before[0] + 1, before[1] + _rank(scheme, syllable), (*before[2], syllable)


def _rank(scheme: Scheme, spelling: str) -> int:
    """How far a spelling is from the usual one of some sound: 0 where it is it."""
    return _hong_kong_ranks()[spelling] if scheme is Scheme.HONG_KONG else 0


@cache
def _hong_kong_ranks() -> dict[str, int]:
    return {
        spelling: min(spellings_of(sound).index(spelling) for sound in possible)
        for spelling, possible in sounds_by_spelling().items()
    }
