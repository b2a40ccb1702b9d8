"""Comparing two names as Hong Kong writes them: order, spacing, an added English name, Chinese characters."""

from rapidfuzz.distance import OSA

from pacs_dedup.domain.names.levels import LEVELS, NameLevel
from pacs_dedup.domain.patient import PersonNameParts

_MIN_LETTERS_FOR_TYPO = 8
_MIN_WORDS_FOR_SUBSET = 2


def compare_names(left: PersonNameParts, right: PersonNameParts) -> tuple[NameLevel, float, str]:
    """Return the comparison level of two names, its match weight in bits, and the finding in words. Symmetric."""
    level = _level(left, right)
    return level, *LEVELS[level]


def compare_names_of(
    left: tuple[PersonNameParts, ...], right: tuple[PersonNameParts, ...]
) -> tuple[NameLevel, float, str]:
    """Compare people who have several names: the pair that agrees best speaks. Symmetric.

    Args:
        left: present name, then other and earlier ones.
        right: likewise.
    """
    levels = {_level(a, b) for a in left for b in right if a and b}
    level = max(levels, key=lambda found: LEVELS[found][0], default=NameLevel.NULL)
    return level, *LEVELS[level]


def _level(left: PersonNameParts, right: PersonNameParts) -> NameLevel:
    if not left or not right:
        return NameLevel.NULL
    latin = _latin_level(left, right) if left.words and right.words else None
    if left.hanzi and right.hanzi:
        return _hanzi_level(left.hanzi, right.hanzi, latin)
    return latin or NameLevel.NULL


def _hanzi_level(left: str, right: str, latin: NameLevel | None) -> NameLevel:
    if left == right:
        return NameLevel.HAN_EXACT
    if latin in (NameLevel.LAT_EXACT, NameLevel.LAT_REORDER):
        return NameLevel.HAN_CONFLICT
    return NameLevel.FAMILY_ONLY if left[0] == right[0] else NameLevel.DIFF


def _latin_level(left: PersonNameParts, right: PersonNameParts) -> NameLevel:
    if left.words == right.words and left.family_known == right.family_known:
        return NameLevel.LAT_EXACT
    if _reordered(left, right):
        return NameLevel.LAT_REORDER
    return _looser_level(left, right)


def _reordered(left: PersonNameParts, right: PersonNameParts) -> bool:
    """The same words in another order, or the same letters with other spaces."""
    if sorted(left.words) == sorted(right.words):
        return True
    return "".join(left.words) == "".join(right.words)


def _looser_level(left: PersonNameParts, right: PersonNameParts) -> NameLevel:
    fewer, more = sorted((left.words, right.words), key=len)
    if len(fewer) >= _MIN_WORDS_FOR_SUBSET and not _without(fewer, more):
        return NameLevel.LAT_SUBSET
    if _initials(left, right):
        return NameLevel.LAT_INITIALS
    a, b = "".join(left.words), "".join(right.words)
    if min(len(a), len(b)) >= _MIN_LETTERS_FOR_TYPO and OSA.distance(a, b) == 1:
        return NameLevel.TYPO
    shared_family = left.family and right.family and (set(left.family) & set(right.family))
    return NameLevel.FAMILY_ONLY if shared_family else NameLevel.DIFF


def _without(words: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    """Words of one name that the other lacks, as multisets."""
    left = list(others)
    missing = []
    for word in words:
        if word in left:
            left.remove(word)
        else:
            missing.append(word)
    return missing


def _initials(left: PersonNameParts, right: PersonNameParts) -> bool:
    """The family names are equal, and one side's given names are the initials of the other's."""
    if not left.family or left.family != right.family or len(left.given) != len(right.given) or not left.given:
        return False
    short, long = sorted((left.given, right.given), key=lambda given: sum(map(len, given)))
    return all(len(s) == 1 and word.startswith(s) for s, word in zip(short, long, strict=True))
