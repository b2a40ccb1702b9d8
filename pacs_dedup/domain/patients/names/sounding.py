"""Can two names, differently written, be read the same?"""

from pacs_dedup.domain.patients.names.forms import Reading
from pacs_dedup.domain.patients.names.hanzi import Language


def is_variant(left: tuple[Reading, ...], right: tuple[Reading, ...]) -> bool:
    """Tell whether two Latin names can be two spellings of one name in one language."""
    return any(
        a.language is b.language and _same_family(a, b) and _meet(a.sounds, b.sounds) for a in left for b in right
    )


def is_crossing(left: tuple[Reading, ...], right: tuple[Reading, ...]) -> bool:
    """Tell whether one Latin name can be the Cantonese and the other the Mandarin reading of the same characters.

    The direction is the same for the whole name, and family names that are known ones share a character.
    """
    return any(_crosses(a, b) or _crosses(b, a) for a in left for b in right)


def spells(latin: tuple[Reading, ...], hanzi: tuple[Reading, ...]) -> bool:
    """Tell whether a Latin name can be how the Chinese characters are read, each in its place."""
    return any(a.language is b.language and _meet(a.sounds, b.sounds) for a in latin for b in hanzi)


def share_family(left: tuple[Reading, ...], right: tuple[Reading, ...]) -> bool:
    """Tell whether the family names can be written with one character."""
    return any(not a.surnames.isdisjoint(b.surnames) for a in left for b in right)


def _crosses(cantonese: Reading, mandarin: Reading) -> bool:
    if cantonese.language is not Language.CANTONESE or mandarin.language is not Language.MANDARIN:
        return False
    if not (cantonese.surnames and mandarin.surnames):
        return _meet(cantonese.images, mandarin.sounds)
    return not cantonese.surnames.isdisjoint(mandarin.surnames) and _meet(cantonese.images[1:], mandarin.sounds[1:])


def _same_family(a: Reading, b: Reading) -> bool:
    """Unless one family name is none we know, they must share a character."""
    return not (a.surnames and b.surnames and a.surnames.isdisjoint(b.surnames))


def _meet(left: tuple[frozenset[str], ...], right: tuple[frozenset[str], ...]) -> bool:
    if len(left) != len(right):
        return False
    return not any(map(frozenset.isdisjoint, left, right))
