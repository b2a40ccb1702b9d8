"""The levels on which two names can agree, and what each says in words; `patient_weights` says what it weighs."""

from enum import StrEnum
from typing import Final


class NameLevel(StrEnum):
    """How far two names agree, the strongest first."""

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


SENTENCES: Final[dict[NameLevel, str]] = {
    NameLevel.HAN_EXACT: "the Chinese name is the same",
    NameLevel.LAT_EXACT: "the name is the same",
    NameLevel.LAT_REORDER: "the name is the same, written in another order or spacing",
    NameLevel.XSCRIPT: "the Latin name is a spelling of the Chinese name",
    NameLevel.LAT_SUBSET: "one name has every word of the other and more",
    NameLevel.ROM_CROSS: "one name can be the Mandarin spelling of the other's Cantonese spelling",
    NameLevel.ROM_VARIANT: "the names are two spellings of the same sounds",
    NameLevel.TYPO: "the names differ by one letter",
    NameLevel.SIMILAR: "the names are spelt much alike",
    NameLevel.LAT_INITIALS: "the names agree as far as initials go",
    NameLevel.SYL_DIFF1: "the names differ by one letter that makes another syllable of it",
    NameLevel.HAN_1DIFF: "the Chinese names differ in one character",
    NameLevel.NULL: "a name is missing, unreadable or stands for nobody, or the names can not be compared",
    NameLevel.HAN_CONFLICT: "the names sound alike but their Chinese characters differ",
    NameLevel.FAMILY_ONLY: "only the family name is the same",
    NameLevel.DIFF: "the names differ",
}
"""The finding in words."""

CONTRADICTING: Final = frozenset({NameLevel.HAN_CONFLICT, NameLevel.FAMILY_ONLY, NameLevel.DIFF})
"""Levels that speak against one person."""
