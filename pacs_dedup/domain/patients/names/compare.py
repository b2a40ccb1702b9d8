"""Comparing two names: by hanzi where both have them, else by letters, else the one as the other's spelling."""

from typing import Final

from pacs_dedup.domain.patients.identity import PersonNameParts
from pacs_dedup.domain.patients.names.forms import forms_of
from pacs_dedup.domain.patients.names.latin import latin_level
from pacs_dedup.domain.patients.names.levels import CONTRADICTING, SENTENCES, NameLevel
from pacs_dedup.domain.patients.names.sounding import share_family, spells
from pacs_dedup.domain.patients.weights import bits_of

_MIN_HANZI_FOR_1DIFF: Final = 3
"""Characters of a whole name: one of two would be half of it."""
_PRECEDENCE: Final = {level: place for place, level in enumerate(NameLevel)}
_SAME_SPELLING: Final = frozenset({NameLevel.LAT_EXACT, NameLevel.LAT_REORDER})


def compare_names(left: PersonNameParts, right: PersonNameParts) -> tuple[NameLevel, float, str]:
    """Return the comparison level of two names, its match weight in bits, and the finding in words. Symmetric."""
    return _weighed(_level(left, right) if left and right else NameLevel.NULL)


def compare_names_of(
    left: tuple[PersonNameParts, ...], right: tuple[PersonNameParts, ...]
) -> tuple[NameLevel, float, str]:
    """Compare people who have several names: the pair that agrees best speaks, or where none agrees the present names.

    Symmetric. An earlier name that can not be compared hides no contradiction.

    Args:
        left: present name, then other and earlier ones.
        right: likewise.
    """
    levels = [_level(a, b) for a in left for b in right if a and b]
    best = min(levels, key=_PRECEDENCE.__getitem__, default=NameLevel.NULL)
    agrees = best is not NameLevel.NULL and best not in CONTRADICTING
    present = bool(levels and left[0] and right[0])
    return _weighed(levels[0] if present and not agrees else best)


def _weighed(level: NameLevel) -> tuple[NameLevel, float, str]:
    return level, bits_of(level), SENTENCES[level]


def _level(left: PersonNameParts, right: PersonNameParts) -> NameLevel:
    """Compare two names that are not empty."""
    latin = latin_level(left, right) if left.words and right.words else None
    if left.hanzi and right.hanzi:
        return _hanzi_level(left.hanzi, right.hanzi, latin)
    if not (left.hanzi or right.hanzi):
        return latin or NameLevel.NULL
    written, spelt = (left, right) if left.hanzi else (right, left)
    return _across_scripts(written, spelt, latin)


def _hanzi_level(left: str, right: str, latin: NameLevel | None) -> NameLevel:
    if left == right:
        return NameLevel.HAN_EXACT
    if _one_differs(left, right) and (latin is None or bits_of(latin) > 0):
        return NameLevel.HAN_1DIFF
    if _is_married(left, right) and (latin is None or bits_of(latin) > 0):
        return NameLevel.LAT_SUBSET
    if latin in _SAME_SPELLING:
        return NameLevel.HAN_CONFLICT
    return NameLevel.FAMILY_ONLY if left[0] == right[0] else NameLevel.DIFF


def _is_married(left: str, right: str) -> bool:
    """One name is the other with a family name, a husband's, before it."""
    short, long = sorted((left, right), key=len)
    return len(short) >= _MIN_HANZI_FOR_1DIFF and len(long) == len(short) + 1 and long.endswith(short)


def _one_differs(left: str, right: str) -> bool:
    if len(left) != len(right) or len(left) < _MIN_HANZI_FOR_1DIFF:
        return False
    return sum(x != y for x, y in zip(left, right, strict=True)) == 1


def _across_scripts(written: PersonNameParts, spelt: PersonNameParts, latin: NameLevel | None) -> NameLevel:
    """Compare a name in hanzi, and perhaps in Latin letters, with one in Latin letters only.

    Where both have Latin letters those speak, but the hanzi can show that a name is no Mandarin form of the other, or
    that two spellings which seem to differ are one name's.
    """
    spelt_so = spells(forms_of(spelt).latin, forms_of(written).hanzi)
    if latin is NameLevel.ROM_CROSS:
        return latin if spelt_so else _unspelt(written, spelt)
    if latin and bits_of(latin) >= bits_of(NameLevel.ROM_VARIANT):
        return latin
    return NameLevel.XSCRIPT if spelt_so else latin or _unspelt(written, spelt)


def _unspelt(written: PersonNameParts, spelt: PersonNameParts) -> NameLevel:
    """The Latin name does not spell the hanzi: a contradiction only where it is a Chinese name, and a whole one."""
    hanzi, readings = forms_of(written).hanzi, forms_of(spelt).latin
    if not (hanzi and readings):
        return NameLevel.NULL
    if not share_family(hanzi, readings):
        return NameLevel.DIFF
    return NameLevel.FAMILY_ONLY if any(len(r.sounds) >= len(written.hanzi) for r in readings) else NameLevel.NULL
