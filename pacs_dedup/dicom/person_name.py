"""A Patient's Name in any of the forms hospitals write it -> comparable parts (PS3.5 6.2.1)."""

import re
import unicodedata
from typing import Final

from pacs_dedup.dicom.hanzi_folding import FOLDING
from pacs_dedup.dicom.text import DecodedText
from pacs_dedup.domain.patients.identity import PersonNameParts

_HANZI: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_NOT_LETTERS: Final = re.compile(r"[^A-Z]+")
_APOSTROPHES: Final = re.compile(r"['\u2019`\u00b4]")
_HONORIFICS: Final = frozenset({"MR", "MRS", "MS", "MISS", "DR", "PROF", "MASTER", "MADAM", "SIR", "REV"})
_HANZI_HONORIFICS: Final = re.compile(r"(?<=..)(先生|小姐|女士|太太|夫人|医生|教授)$")
_BABY: Final = re.compile(r"\b(BABY|BABYBOY|BABYGIRL|BB|B/O|NEWBORN|NB|INFANT)\b")
_HANZI_BABY: Final = re.compile(r"婴儿|初生|新生儿|之[子女]$")
_PLACEHOLDERS: Final = re.compile(
    r"\b(UNKNOWN|UNIDENTIFIED|TRAUMA|ANON(YM\w*)?\d*|TEST(ING|CASE|PATIENT)?\d*|PHANTOM\w*|DUMMY|"
    r"QA|QC|NONE|NULL|NO NAME|NONAME|PATIENT|JOHN DOE|DEIDENTIFIED|DE-IDENTIFIED|REMOVED|XXX+)\b"
)
_HANZI_PLACEHOLDERS: Final = re.compile(r"无名|不详|未知|匿名|测试|不明|路人")
_MIN_CAPS: Final = 2
_MAX_FAMILY_WORDS: Final = 2


def parse_person_name(name: DecodedText) -> PersonNameParts:
    """Take a name apart; what its format does not tell stays untold (``family_known``)."""
    text = unicodedata.normalize("NFKC", name.text)
    groups = [group for group in text.split("=") if group.strip("^ ")]
    hanzi = next((found for group in groups if (found := "".join(_HANZI.findall(group)))), "").translate(FOLDING)
    latin = next((group for group in groups if re.search(r"[A-Za-z\u00c0-\u024f]", group)), "")
    family, given, known = _latin_parts(_HANZI.sub(" ", latin))
    spoken = re.sub(r"[\^=,_]+", " ", _HANZI.sub(" ", _APOSTROPHES.sub("", text))).upper()
    baby = bool(_BABY.search(spoken) or _HANZI_BABY.search(hanzi))
    return PersonNameParts(
        family=family,
        given=given,
        hanzi=_HANZI_HONORIFICS.sub("", hanzi),
        family_known=known,
        unreadable=name.unreadable,
        placeholder=baby or bool(_PLACEHOLDERS.search(spoken) or _HANZI_PLACEHOLDERS.search(hanzi)),
        baby=baby,
    )


def _latin_parts(latin: str) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Split Latin words into family and given names; where the format tells only one of them, it tells neither."""
    family, given = (_words(part) for part in _divided(latin))
    return (family, given, True) if family and given else ((), family + given, False)


def _divided(latin: str) -> tuple[str, str]:
    """Divide a name by its carets, by a comma, or by what is written in capitals; all in the second part if by none."""
    components = [component.strip() for component in latin.split("^")]
    if sum(bool(component) for component in components[:3]) >= 2:  # noqa: PLR2004 - two of family, given, middle
        return components[0], " ".join(components[1:3])
    plain = " ".join(components)
    if "," in plain:
        family, _, given = plain.partition(",")
        return family, given
    written = plain.split()
    capitals = [word for word in written if len(word) >= _MIN_CAPS and word.isupper()]
    if not plain.isupper() and 1 <= len(capitals) <= min(_MAX_FAMILY_WORDS, len(written) - 1):
        return " ".join(capitals), " ".join(word for word in written if word not in capitals)
    return "", plain


def _words(text: str) -> tuple[str, ...]:
    """Return upper-case words without marks, apostrophes and honorifics."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    words = _NOT_LETTERS.split(
        _APOSTROPHES.sub("", bare.upper().replace("Ø", "O").replace("Æ", "AE").replace("ß", "SS"))
    )
    return tuple(word for word in words if word and word not in _HONORIFICS)
