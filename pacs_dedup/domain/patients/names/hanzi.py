"""How Chinese characters are read, and which Cantonese and Mandarin syllables can be one character."""

import re
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import Final

from pacs_dedup.domain.patients.names import (
    tables_jyutping_common,
    tables_jyutping_rare,
    tables_pinyin_common,
    tables_pinyin_rare,
    tables_surnames,
)

_GROUP: Final = re.compile(r"([a-z]+)([^a-z/ ]*)/?([^a-z/ ]*)")
_NONE: Final[frozenset[str]] = frozenset()


class Language(StrEnum):
    """The language a name is read in."""

    CANTONESE = "cantonese"
    MANDARIN = "mandarin"


SURNAMES: Final = frozenset(tables_surnames.SINGLE)
COMPOUND_SURNAMES: Final = frozenset(tables_surnames.COMPOUND.split())


@cache
def readings(language: Language) -> dict[str, frozenset[str]]:
    """Return every reading of every character: toneless Jyutping or Pinyin syllables."""
    common, rare = _tables(language)
    return _by_character((*_groups(common), *_groups(rare)))


@cache
def surname_readings(language: Language) -> dict[str, frozenset[str]]:
    """Return how characters are read as a family name: by the table of surnames, else by their usual reading."""
    place = 1 if language is Language.CANTONESE else 2
    special = [words.split() for words in tables_surnames.READINGS.split("|")]
    mended = {words[0]: frozenset(words[place].split(",")) for words in special}
    usual = _by_character((s, first, "") for table in _tables(language) for s, first, _ in _groups(table))
    return usual | mended


@cache
def crossings() -> dict[str, frozenset[str]]:
    """Return each Jyutping syllable with the Pinyin syllables of the common characters that sound so."""
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    # Where both are unusual, a character is hardly ever read so in a name.
    for usual_cantonese, usual_mandarin in ((True, True), (True, False), (False, True)):
        cantonese = _common(Language.CANTONESE, usual=usual_cantonese)
        mandarin = _common(Language.MANDARIN, usual=usual_mandarin)
        for character, sounds in cantonese.items():
            for syllable in sounds:
                found[syllable] |= mandarin.get(character, _NONE)
    return dict(found)


@cache
def surnames_by_sound(language: Language) -> dict[str, frozenset[str]]:
    """Return each syllable with the first characters of family names that sound so."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    read = surname_readings(language)
    for character in SURNAMES | {name[0] for name in COMPOUND_SURNAMES}:
        for syllable in read.get(character, _NONE):
            found[syllable].add(character)
    return {syllable: frozenset(characters) for syllable, characters in found.items()}


@cache
def syllables(language: Language) -> frozenset[str]:
    """Return the syllables that common characters usually have; ``v`` for the umlaut of Mandarin."""
    common, _ = _tables(language)
    return frozenset(syllable for syllable, first, _ in _groups(common) if first)


def _tables(language: Language) -> tuple[str, str]:
    if language is Language.CANTONESE:
        return tables_jyutping_common.GROUPS, tables_jyutping_rare.GROUPS
    return tables_pinyin_common.GROUPS, tables_pinyin_rare.GROUPS


def _groups(table: str) -> list[tuple[str, str, str]]:
    """Return syllable, characters usually read so, and characters also read so."""
    return [(found[1], found[2], found[3]) for found in _GROUP.finditer(table)]


def _common(language: Language, *, usual: bool) -> dict[str, frozenset[str]]:
    """Return the usual, or all other, readings of common characters."""
    groups = _groups(_tables(language)[0])
    return _by_character((syllable, first if usual else "", "" if usual else also) for syllable, first, also in groups)


def _by_character(groups: Iterable[tuple[str, str, str]]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for syllable, first, also in groups:
        for character in first + also:
            found[character].add(syllable)
    return {character: frozenset(syllables) for character, syllables in found.items()}
