"""The levels on which two names can agree, from the strongest to contradiction, with match weights and sentences."""

from enum import StrEnum
from typing import Final


class NameLevel(StrEnum):
    """How far two names agree."""

    HAN_EXACT = "han_exact"
    LAT_EXACT = "lat_exact"
    LAT_REORDER = "lat_reorder"
    XSCRIPT = "xscript"
    LAT_SUBSET = "lat_subset"
    ROM_CROSS = "rom_cross"
    ROM_VARIANT = "rom_variant"
    TYPO = "typo"
    SIMILAR = "similar"
    LAT_INITIALS = "lat_initials"
    SYL_DIFF1 = "syl_diff1"
    HAN_1DIFF = "han_1diff"
    NULL = "null"
    HAN_CONFLICT = "han_conflict"
    FAMILY_ONLY = "family_only"
    DIFF = "diff"


LEVELS: Final[dict[NameLevel, tuple[float, str]]] = {
    NameLevel.HAN_EXACT: (16.0, "the Chinese name is the same"),
    NameLevel.LAT_EXACT: (14.0, "the name is the same"),
    NameLevel.LAT_REORDER: (13.0, "the name is the same, written in another order or spacing"),
    NameLevel.XSCRIPT: (11.0, "the Latin name is a spelling of the Chinese name"),
    NameLevel.LAT_SUBSET: (10.0, "one name has every word of the other and more"),
    NameLevel.ROM_CROSS: (10.0, "one name can be the Mandarin spelling of the other's Cantonese spelling"),
    NameLevel.ROM_VARIANT: (9.0, "the names are two spellings of the same sounds"),
    NameLevel.TYPO: (9.0, "the names differ by one letter"),
    NameLevel.SIMILAR: (6.0, "the names are spelt much alike"),
    NameLevel.LAT_INITIALS: (5.0, "the names agree as far as initials go"),
    NameLevel.SYL_DIFF1: (4.0, "the names differ by one letter that makes another syllable of it"),
    NameLevel.HAN_1DIFF: (3.0, "the Chinese names differ in one character"),
    NameLevel.NULL: (0.0, "a name is missing, unreadable or stands for nobody, or the names can not be compared"),
    NameLevel.HAN_CONFLICT: (-2.0, "the names sound alike but their Chinese characters differ"),
    NameLevel.FAMILY_ONLY: (-3.0, "only the family name is the same"),
    NameLevel.DIFF: (-7.0, "the names differ"),
}
"""Match weight in bits, log2(m/u) for "one person", and the finding in words."""

CONTRADICTING: Final = frozenset({NameLevel.HAN_CONFLICT, NameLevel.FAMILY_ONLY, NameLevel.DIFF})
"""Levels that speak against one person."""
