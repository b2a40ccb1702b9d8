"""Given names written as initials: T M, or TM together."""

import re
from collections.abc import Iterable
from typing import Final

_TOGETHER: Final = re.compile("(?!NG$|S?SZ$|TSZ$)[BCDFGHJKLMNPQRSTVWXZ]{2,3}")


def may_have_initials(words: Iterable[str]) -> bool:
    """Tell whether a word is an initial, or several that stand together."""
    return any(len(word) == 1 or _TOGETHER.fullmatch(word) for word in words)


def initials_agree(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Tell whether the family names, which come first, are equal, and given names too as far as initials go."""
    if left[0] != right[0]:
        return False
    givens = [_spaced(words[1:]) for words in (left, right)]
    if len(givens[0]) != len(givens[1]):
        return False
    pairs = [sorted(pair, key=len) for pair in zip(*givens, strict=True)]
    return all(short == long or (len(short) == 1 and long.startswith(short)) for short, long in pairs)


def _spaced(words: tuple[str, ...]) -> list[str]:
    """Write initials that stand together (TM) apart: short words without a vowel."""
    return [part for word in words for part in (word if _TOGETHER.fullmatch(word) else (word,))]
