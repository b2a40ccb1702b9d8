"""Latin spellings of Mandarin syllables: Pinyin of the mainland, and Wade-Giles as Taiwan's passports use it."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Final

from pacs_dedup.domain.patients.names.hanzi import Language, syllables

_UMLAUTS: Final = {"lv": "LV LYU LU", "nv": "NV NYU NU", "lve": "LVE LYUE LUE", "nve": "NVE NYUE NUE"}
"""Forms of syllables with an umlaut; passports and systems without it write what they can."""
_WADE_INITIALS: Final = {
    "zh": "CH",
    "ch": "CH",
    "sh": "SH",
    "j": "CH",
    "q": "CH",
    "x": "HS",
    "z": "TS",
    "c": "TS",
    "r": "J",
    "b": "P",
    "d": "T",
    "g": "K",
}
_WADE_FINALS: Final = {
    "er": "ERH",
    "ian": "IEN",
    "ie": "IEH",
    "iong": "IUNG",
    "ong": "UNG",
    "ue": "UEH",
    "ve": "UEH",
    "v": "U",
}
_WADE_WHOLE: Final = {
    "zhi": "CHIH",
    "chi": "CHIH",
    "shi": "SHIH",
    "ri": "JIH",
    "zi": "TZU",
    "ci": "TZU",
    "si": "SSU SZU",
    "ge": "KO KE",
    "ke": "KO KE",
    "he": "HO",
    "e": "O E",
    "gui": "KUEI",
    "kui": "KUEI",
    "duo": "TO",
    "tuo": "TO",
    "nuo": "NO",
    "luo": "LO",
    "zuo": "TSO",
    "cuo": "TSO",
    "suo": "SO",
    "zhuo": "CHO",
    "chuo": "CHO",
    "ruo": "JO",
    "yi": "I YI",
    "yan": "YEN",
    "ye": "YEH",
    "you": "YU",
    "yong": "YUNG",
    "yue": "YUEH",
}


@cache
def sounds_by_pinyin() -> dict[str, frozenset[str]]:
    """Return every Pinyin spelling with the syllables it can stand for."""
    return _sounds((syllable, _UMLAUTS.get(syllable, syllable.upper())) for syllable in syllables(Language.MANDARIN))


@cache
def sounds_by_wade_giles() -> dict[str, frozenset[str]]:
    """Return every Wade-Giles spelling, without apostrophes, with the Pinyin syllables it can stand for."""
    return _sounds((syllable, _wade(syllable)) for syllable in syllables(Language.MANDARIN))


def _wade(syllable: str) -> str:
    if whole := _WADE_WHOLE.get(syllable):
        return whole
    initial = next((i for i in _WADE_INITIALS if syllable.startswith(i)), "")
    rest = syllable.removeprefix(initial)
    own = rest[: 1 if rest[:1] in "pmftnlkhswy" and len(rest) > 1 and not initial else 0]
    final = rest.removeprefix(own)
    return _WADE_INITIALS.get(initial, own.upper()) + _WADE_FINALS.get(final, final.upper())


def _sounds(spelt: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for syllable, spellings in spelt:
        for spelling in spellings.split():
            found[spelling].add(syllable)
    return {spelling: frozenset(sounds) for spelling, sounds in found.items()}
