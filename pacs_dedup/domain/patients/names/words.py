"""How much two written words are alike, letter by letter: family or given names of any language, as they are typed."""

from enum import StrEnum
from typing import Final

from rapidfuzz.distance import OSA, JaroWinkler


class WordLevel(StrEnum):
    """How far two words agree, the closest first."""

    EXACT = "word_exact"
    ONE_LETTER = "word_one_letter"
    SIMILAR = "word_similar"
    TWO_LETTERS = "word_two_letters"
    RESEMBLING = "word_resembling"
    DIFF = "word_diff"


_SIMILAR: Final = 0.92
_RESEMBLING: Final = 0.85
_MIN_LETTERS_FOR_TWO: Final = 5
"""Two letters of a shorter word are most of it."""


def compare_words(left: str, right: str) -> WordLevel:
    """Return the comparison level of two words that are not empty. Symmetric.

    One letter left out, added, replaced or swapped with its neighbour, or any number of spaces, is one error (optimal
    string alignment); what has more is ranked by Jaro-Winkler similarity, which trusts the beginning of a word most.
    """
    if left == right:
        return WordLevel.EXACT
    errors = OSA.distance(left, right)
    if errors == 1 or left.replace(" ", "") == right.replace(" ", ""):
        return WordLevel.ONE_LETTER
    # The similarity of long words depends on the order of the arguments in its last digit.
    similarity = round(JaroWinkler.similarity(left, right), 9)
    if similarity >= _SIMILAR:
        return WordLevel.SIMILAR
    if errors == 2 and max(len(left), len(right)) >= _MIN_LETTERS_FOR_TWO:  # noqa: PLR2004 - the two letters
        return WordLevel.TWO_LETTERS
    return WordLevel.RESEMBLING if similarity >= _RESEMBLING else WordLevel.DIFF
