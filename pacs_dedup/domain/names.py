"""Comparing two names as Hong Kong writes them: order, spacing, an added English name, Chinese characters."""

from rapidfuzz.distance import OSA

from pacs_dedup.domain.patient import PersonNameParts

LEVELS = {
    "hanzi_exact": (16.0, "the Chinese name is the same"),
    "exact": (14.0, "the name is the same"),
    "reordered": (13.0, "the name is the same, written in another order or spacing"),
    "subset": (10.0, "one name has every word of the other and more"),
    "typo": (9.0, "the names differ by one letter"),
    "initials": (5.0, "the names agree as far as initials go"),
    "missing": (0.0, "a name is missing, unreadable or stands for nobody"),
    "other_script": (0.0, "one name is in Chinese, the other in Latin letters; they were not compared"),
    "hanzi_conflict": (-2.0, "the names sound alike but their Chinese characters differ"),
    "family_only": (-3.0, "only the family name is the same"),
    "differs": (-7.0, "the names differ"),
}
_MIN_LETTERS_FOR_TYPO = 8
_MIN_WORDS_FOR_SUBSET = 2


def compare_names(left: PersonNameParts, right: PersonNameParts) -> tuple[str, float, str]:
    """Return the comparison level of two names, its match weight in bits, and the finding in words. Symmetric."""
    level = _level(left, right)
    bits, sentence = LEVELS[level]
    return level, bits, sentence


def _level(left: PersonNameParts, right: PersonNameParts) -> str:
    if not left or not right:
        return "missing"
    latin = _latin_level(left, right) if left.words and right.words else ""
    if left.hanzi and right.hanzi:
        return _hanzi_level(left.hanzi, right.hanzi, latin)
    return latin or "other_script"


def _hanzi_level(left: str, right: str, latin: str) -> str:
    if left == right:
        return "hanzi_exact"
    if latin in ("exact", "reordered"):
        return "hanzi_conflict"
    return "family_only" if left[0] == right[0] else "differs"


def _latin_level(left: PersonNameParts, right: PersonNameParts) -> str:
    if left.words == right.words and left.family_known == right.family_known:
        return "exact"
    if _reordered(left, right):
        return "reordered"
    return _looser_level(left, right)


def _reordered(left: PersonNameParts, right: PersonNameParts) -> bool:
    """The same words in another order, or the same letters with other spaces."""
    if sorted(left.words) == sorted(right.words):
        return True
    return "".join(left.words) == "".join(right.words)


def _looser_level(left: PersonNameParts, right: PersonNameParts) -> str:
    fewer, more = sorted((left.words, right.words), key=len)
    if len(fewer) >= _MIN_WORDS_FOR_SUBSET and not _without(fewer, more):
        return "subset"
    if _initials(left, right):
        return "initials"
    a, b = "".join(left.words), "".join(right.words)
    if min(len(a), len(b)) >= _MIN_LETTERS_FOR_TYPO and OSA.distance(a, b) == 1:
        return "typo"
    shared_family = left.family and right.family and (set(left.family) & set(right.family))
    return "family_only" if shared_family else "differs"


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
