"""Hong Kong spelling of Cantonese syllables: rules from Jyutping to what identity cards and travel documents write.

The spelling of the Hong Kong Government was never a system: one sound has several spellings, one spelling several
sounds, and a person keeps the one on the card. So a spelling stands for a set of sounds, and two spellings agree where
their sets meet. Tones and aspiration are not written. Forms of Macau (Cheong, Ieong, Kuok) are among them.
"""

from collections import defaultdict
from functools import cache
from typing import Final

from pacs_dedup.domain.patients.names.hanzi import Language, syllables

_INITIALS: Final = {
    "b": "P B",
    "p": "P",
    "m": "M",
    "f": "F",
    "d": "T D",
    "t": "T",
    "n": "N L",
    "l": "L",
    "g": "K G",
    "k": "K",
    "ng": "NG -",
    "h": "H",
    "gw": "KW GW KU GU",
    "kw": "KW KU",
    "w": "W",
    "z": "CH TS J TZ",
    "c": "CH TS",
    "s": "S SH",
    "j": "Y I J",
    "": "- NG",
}
"""Spellings of an initial, the usual one first; a dash for none."""
_FINALS: Final = {
    "aa": "A AH AR",
    "aai": "AI AAI",
    "aau": "AU AAU AO",
    "aam": "AM AAM",
    "aan": "AN AAN",
    "aang": "ANG AANG",
    "aap": "AP AAP",
    "aat": "AT AAT",
    "aak": "AK AAK",
    "a": "A AH",
    "ai": "AI AY",
    "au": "AU OW AO",
    "am": "AM UM",
    "an": "AN UN",
    "ang": "ANG UNG",
    "ap": "AP UP",
    "at": "AT UT",
    "ak": "AK UK",
    "e": "E EH EA",
    "ei": "EI EE I AY EY",
    "eng": "ENG ING",
    "ek": "EK IK",
    "i": "I EE EI",
    "iu": "IU EW IO",
    "im": "IM",
    "in": "IN",
    "ing": "ING ENG",
    "ip": "IP",
    "it": "IT",
    "ik": "IK ICK EK",
    "o": "O OH OR AW",
    "oi": "OI OY",
    "ou": "O OU",
    "on": "ON",
    "ong": "ONG",
    "ot": "OT",
    "ok": "OK",
    "u": "U OO",
    "ui": "UI OOI",
    "un": "UN OON",
    "ung": "UNG",
    "ut": "UT OOT",
    "uk": "UK OOK",
    "oe": "OE EUH",
    "oeng": "EUNG EONG",
    "oek": "EUK OEK",
    "eoi": "UI EUI OI",
    "eon": "UN EUN ON",
    "eot": "UT EUT",
    "yu": "U UE YU",
    "yun": "UEN UN YUEN",
    "yut": "UET UT YUET",
    "m": "M NG",
    "ng": "NG",
}
"""Spellings of a final, the usual one first."""
_WHOLE: Final = {
    "zi": "CHI TSZ TZE TSE TSI CHEE JI",
    "ci": "CHI TSZ TZE TSE TSI CHEE",
    "si": "SI SZE SEE SHI SZ SHEE",
    "ji": "YI YEE I YE",
    "jip": "YIP IP",
    "jiu": "YIU IU",
    "jyu": "YU YUE U",
    "jyun": "YUEN UN YUN",
    "jyut": "YUET UT YUT",
    "jam": "YAM YUM IAM",
    "jan": "YAN YUN IAN",
    "jat": "YAT YUT IAT",
    "jau": "YAU YOW IAO",
    "joeng": "YEUNG IEONG YOUNG YEONG",
    "jing": "YING IENG YENG",
    "ng": "NG ENG UNG",
    "m": "NG M",
    "gwok": "KWOK KUOK GWOK",
    "gwong": "KWONG KUONG GWONG",
    "kwong": "KWONG KUONG",
    "lei": "LEI LEE LI LAY",
    "lo": "LO LAW LOH",
    "zau": "CHAU CHOW CHAO JOW CHEW",
    "ze": "TSE CHE JE",
    "heoi": "HUI HOI HEUI",
    "zoeng": "CHEUNG CHEONG TSEUNG JEUNG",
    "leoi": "LUI LOI LEUI",
    "siu": "SIU SHIU SIO SEW",
}
"""Syllables whose spellings follow no rule, or not only it, the usual one first."""


def spellings_of(syllable: str) -> tuple[str, ...]:
    """Return the Hong Kong spellings of a Jyutping syllable without tone, the usual one first."""
    whole = _WHOLE.get(syllable, "").split()
    return tuple(dict.fromkeys([*whole, *_ruled(syllable)]))


def _ruled(syllable: str) -> list[str]:
    initial, final = _cut(syllable)
    initials = [written.replace("-", "") for written in _INITIALS[initial].split()]
    return [before + after for after in _FINALS.get(final, final.upper()).split() for before in initials]


def _cut(syllable: str) -> tuple[str, str]:
    """Cut a syllable into initial and final, at the longest initial that leaves something."""
    at = next(at for at in (2, 1, 0) if syllable[:at] in _INITIALS and syllable[at:])
    return syllable[:at], syllable[at:]


@cache
def sounds_by_spelling() -> dict[str, frozenset[str]]:
    """Return every Hong Kong spelling with the Jyutping syllables it can stand for."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for syllable in syllables(Language.CANTONESE):
        for spelling in spellings_of(syllable):
            if spelling != "M":  # an initial
                found[spelling].add(syllable)
    return {spelling: frozenset(sounds) for spelling, sounds in found.items()}
