"""The level of two names in Latin letters."""

import re
from collections import Counter
from collections.abc import Container
from typing import Final

from rapidfuzz.distance import OSA

from pacs_dedup.domain.patients.identity import PersonNameParts
from pacs_dedup.domain.patients.names.forms import Forms, Spelling, forms_of
from pacs_dedup.domain.patients.names.levels import NameLevel
from pacs_dedup.domain.patients.names.sounding import is_crossing, is_variant, share_family
from pacs_dedup.domain.patients.names.syllables import sounds, split
from pacs_dedup.domain.patients.names.words import WordLevel, compare_words

_INITIALS: Final = re.compile("(?!NG$|S?SZ$|TSZ$)[BCDFGHJKLMNPQRSTVWXZ]{2,3}")
_MIN_LETTERS_FOR_TYPO: Final = 8
_MIN_WORDS_FOR_SUBSET: Final = 2
_MIN_WORDS_TO_RESEMBLE: Final = 2
_ALIKE: Final = frozenset({WordLevel.EXACT, WordLevel.ONE_LETTER})
_RESEMBLING: Final = frozenset({WordLevel.SIMILAR, WordLevel.TWO_LETTERS})


def latin_level(left: PersonNameParts, right: PersonNameParts) -> NameLevel:
    """Return the level of two names that both have Latin words. Symmetric."""
    if left.words == right.words:
        return NameLevel.LAT_EXACT
    a, b = forms_of(left), forms_of(right)
    if not a.joined.isdisjoint(b.joined) or not a.keys.isdisjoint(b.keys):
        return NameLevel.LAT_REORDER
    if _is_subset(left, right, a, b):
        return NameLevel.LAT_SUBSET
    if _is_initials(a, b):
        return NameLevel.LAT_INITIALS
    return _spelt_otherwise(left, right, a, b)


def _spelt_otherwise(left: PersonNameParts, right: PersonNameParts, a: Forms, b: Forms) -> NameLevel:
    near = _one_letter_apart(a, b)
    if near is NameLevel.TYPO:
        return near
    if is_variant(a.latin, b.latin):
        return NameLevel.ROM_VARIANT
    if is_crossing(a.latin, b.latin):
        return NameLevel.ROM_CROSS
    if near:
        return near
    if _resemble(left, right, a, b):
        return NameLevel.SIMILAR
    return NameLevel.FAMILY_ONLY if _family_agrees(left, right, a, b) else NameLevel.DIFF


def _is_subset(left: PersonNameParts, right: PersonNameParts, a: Forms, b: Forms) -> bool:
    """One name's syllables are all in the other's, and the family names do not contradict."""
    if left.family_known and right.family_known and not _share_word(left, right):
        return False
    schemes = list(zip(a.spelt, b.spelt, strict=True))
    chinese = [(x, y) for x, y in schemes if _is_chinese(x) and _is_chinese(y)]
    return any(_contains(x, y, chinese=bool(chinese)) for x, y in chinese or schemes)


def _is_chinese(spelling: Spelling) -> bool:
    return spelling.chinese and set(spelling.orders[0]) <= sounds(spelling.scheme).keys()


def _contains(a: Spelling, b: Spelling, *, chinese: bool) -> bool:
    """As multisets; of two Chinese given names only the first, for the second alone is somebody else's name."""
    few, many = sorted((a, b), key=lambda spelling: len(spelling.orders[0]))
    fewer, more = few.orders[0], many.orders[0]
    if len(fewer) < _MIN_WORDS_FOR_SUBSET or not set(fewer) <= set(more) or not Counter(fewer) <= Counter(more):
        return False
    if len(fewer) > _MIN_WORDS_FOR_SUBSET or not chinese:
        return True
    return any(p == q[: len(p)] for p in few.orders for q in many.orders)


def _share_word(left: PersonNameParts, right: PersonNameParts) -> bool:
    """The family names have a word in common, however they are spaced."""
    if set(left.family) & set(right.family):
        return True
    return bool(left.family) and "".join(left.family) == "".join(right.family)


def _is_initials(a: Forms, b: Forms) -> bool:
    """The family names are equal, and given names of one side stand as initials on the other."""
    return any(_initials_agree(p, q) for x, y in zip(a.spelt, b.spelt, strict=True) for p in x.orders for q in y.orders)


def _initials_agree(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    if left[0] != right[0]:
        return False
    givens = [_spaced(words[1:]) for words in (left, right)]
    if len(givens[0]) != len(givens[1]):
        return False
    pairs = [sorted(pair, key=len) for pair in zip(*givens, strict=True)]
    return all(short == long or (len(short) == 1 and long.startswith(short)) for short, long in pairs)


def _spaced(words: tuple[str, ...]) -> list[str]:
    """Write initials that stand together (TM) apart: short words without a vowel."""
    return [part for word in words for part in (word if _INITIALS.fullmatch(word) else (word,))]


def _one_letter_apart(a: Forms, b: Forms) -> NameLevel | None:
    """One syllable differs by one letter: a slip, unless both are syllables, which makes another name of it."""
    found: NameLevel | None = None
    for x, y in zip(a.spelt, b.spelt, strict=True):
        known = sounds(x.scheme) if x.chinese and y.chinese else {}
        level = next((level for p in x.orders for q in y.orders if (level := _slip(p, q, known))), None)
        if level is NameLevel.SYL_DIFF1:
            return level
        found = found or level
    return found or _slip_anywhere(a, b)


def _slip(left: tuple[str, ...], right: tuple[str, ...], known: Container[str]) -> NameLevel | None:
    if len(left) != len(right):
        return None
    wrong = [pair for pair in zip(left, right, strict=True) if pair[0] != pair[1]]
    if len(wrong) != 1 or OSA.distance(*wrong[0], score_cutoff=1) > 1 or min(map(len, wrong[0])) <= 1:
        return None
    return NameLevel.SYL_DIFF1 if wrong[0][0] in known and wrong[0][1] in known else NameLevel.TYPO


def _slip_anywhere(a: Forms, b: Forms) -> NameLevel | None:
    for left in a.joined:
        for right in b.joined:
            if min(len(left), len(right)) >= _MIN_LETTERS_FOR_TYPO and OSA.distance(left, right, score_cutoff=1) == 1:
                return NameLevel.TYPO
    return None


def _resemble(left: PersonNameParts, right: PersonNameParts, a: Forms, b: Forms) -> bool:
    """As many words, each but one within a letter of its counterpart, and none a Chinese syllable in place of another.

    Two short syllables always look alike; Western names that do are mostly one.
    """
    if len(left.words) != len(right.words):
        return False
    turned = right.words[-1:] + right.words[:-1]
    orders = (right.words,) if left.family_known and right.family_known else (right.words, turned)
    return any(_all_alike(left.words, order, a, b) for order in orders)


def _all_alike(left: tuple[str, ...], right: tuple[str, ...], a: Forms, b: Forms) -> bool:
    levels = [compare_words(x, y) for x, y in zip(left, right, strict=True)]
    loose = [level for level in levels if level not in _ALIKE]
    if len(levels) < _MIN_WORDS_TO_RESEMBLE or len(loose) > 1 or not set(loose) <= _RESEMBLING:
        return False
    return not any(_both_syllables(x, y, a, b) for x, y in zip(left, right, strict=True) if x != y)


def _both_syllables(left: str, right: str, a: Forms, b: Forms) -> bool:
    both = [x.scheme for x, y in zip(a.spelt, b.spelt, strict=True) if x.chinese and y.chinese]
    return any(split(left, scheme) and split(right, scheme) for scheme in both)


def _family_agrees(left: PersonNameParts, right: PersonNameParts, a: Forms, b: Forms) -> bool:
    if left.family_known and right.family_known:
        return _share_word(left, right) or share_family(a.latin, b.latin)
    return share_family(a.latin, b.latin)
