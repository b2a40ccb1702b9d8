"""The level of two names in Latin letters."""

from collections import Counter
from collections.abc import Container
from operator import ne
from typing import Final

from rapidfuzz.distance import OSA

from pacs_dedup.domain.patients.identity import PersonNameParts
from pacs_dedup.domain.patients.names.forms import Forms, Spelling, forms_of
from pacs_dedup.domain.patients.names.initials import initials_agree
from pacs_dedup.domain.patients.names.levels import NameLevel
from pacs_dedup.domain.patients.names.sounding import is_crossing, is_variant, share_family
from pacs_dedup.domain.patients.names.syllables import sounds, split
from pacs_dedup.domain.patients.names.words import WordLevel, compare_words

_MIN_LETTERS_FOR_TYPO: Final = 8
_MIN_WORDS_FOR_SUBSET: Final = 2
_MIN_WORDS_TO_RESEMBLE: Final = 2
_ALIKE: Final = frozenset({WordLevel.EXACT, WordLevel.ONE_LETTER})
_NEAR: Final = _ALIKE | {WordLevel.SIMILAR, WordLevel.TWO_LETTERS}


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
    if not any(x.words <= y.words or y.words <= x.words for x, y in schemes):
        return False
    chinese = [(x, y) for x, y in schemes if x.wholly_chinese and y.wholly_chinese]
    return any(_contains(x, y, chinese=bool(chinese)) for x, y in chinese or schemes)


def _contains(a: Spelling, b: Spelling, *, chinese: bool) -> bool:
    """As multisets; of two Chinese given names only the first, for the second alone is somebody else's name."""
    few, many = sorted((a, b), key=lambda spelling: len(spelling.orders[0]))
    fewer, more = few.orders[0], many.orders[0]
    if len(fewer) < _MIN_WORDS_FOR_SUBSET or not few.words <= many.words or not Counter(fewer) <= Counter(more):
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
    if not (a.initials or b.initials):
        return False  # equal to the letter would be another order, which has been asked
    return any(initials_agree(p, q) for x, y in zip(a.spelt, b.spelt, strict=True) for p in x.orders for q in y.orders)


def _one_letter_apart(a: Forms, b: Forms) -> NameLevel | None:
    """One syllable differs by one letter: a slip, unless both are syllables, which makes another name of it."""
    found: NameLevel | None = None
    for x, y in zip(a.spelt, b.spelt, strict=True):
        if len(x.words - y.words) > 1:
            continue  # more than one syllable differs, in any order
        known = sounds(x.scheme) if x.chinese and y.chinese else {}
        level = next((level for p in x.orders for q in y.orders if (level := _slip(p, q, known))), None)
        if level is NameLevel.SYL_DIFF1:
            return level
        found = found or level
    return found or _slip_anywhere(a, b)


def _slip(left: tuple[str, ...], right: tuple[str, ...], known: Container[str]) -> NameLevel | None:
    if len(left) != len(right) or sum(map(ne, left, right)) != 1:
        return None
    one, other = next((x, y) for x, y in zip(left, right, strict=True) if x != y)
    if min(len(one), len(other)) <= 1 or OSA.distance(one, other, score_cutoff=1) > 1:
        return None
    return NameLevel.SYL_DIFF1 if one in known and other in known else NameLevel.TYPO


def _slip_anywhere(a: Forms, b: Forms) -> NameLevel | None:
    if min(a.letters, b.letters) < _MIN_LETTERS_FOR_TYPO or abs(a.letters - b.letters) > 1:
        return None
    slips = any(OSA.distance(left, right, score_cutoff=1) == 1 for left in a.joined for right in b.joined)
    return NameLevel.TYPO if slips else None


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
    if len(left) < _MIN_WORDS_TO_RESEMBLE:
        return False
    loose = 0
    for x, y in zip(left, right, strict=True):
        level = compare_words(x, y)
        loose += level not in _ALIKE
        if loose > 1 or level not in _NEAR:
            return False
    return not any(_both_syllables(x, y, a, b) for x, y in zip(left, right, strict=True) if x != y)


def _both_syllables(left: str, right: str, a: Forms, b: Forms) -> bool:
    both = [x.scheme for x, y in zip(a.spelt, b.spelt, strict=True) if x.chinese and y.chinese]
    return any(split(left, scheme) and split(right, scheme) for scheme in both)


def _family_agrees(left: PersonNameParts, right: PersonNameParts, a: Forms, b: Forms) -> bool:
    if left.family_known and right.family_known:
        return _share_word(left, right) or share_family(a.latin, b.latin)
    return share_family(a.latin, b.latin)
