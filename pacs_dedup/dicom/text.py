"""Text as it was meant: raw bytes, declared character set, and repair where the declaration is wrong (PS3.5 6.1)."""

import re
from dataclasses import dataclass, replace
from typing import Final

from pydicom import charset
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from pacs_dedup.dicom.elements import raw_value, texts
from pacs_dedup.dicom.hanzi_folding import FOLDING
from pacs_dedup.dicom.open_dataset import PARSE_ERRORS
from pacs_dedup.domain.patients.names.hanzi import SURNAMES

_ESCAPES: Final = re.compile(r"\x1b(?:\$[()]?[@A-Z]|[-()][A-Z])")
"""ISO 2022 designations; pydicom leaves those of ISO 2022 IR 58 in the text."""
_HANZI: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN_1: Final = re.compile(r"[\x80-\xff]")
_BROKEN: Final = re.compile(r"\ufffd|\?\?|[\ue000-\uf8ff]|[\x80-\x9f]")
_KANA: Final = re.compile(r"[\u3040-\u30ff\uff66-\uff9d]")
_JAPANESE: Final = ("ISO_IR 13", "ISO 2022 IR 13", "ISO 2022 IR 87", "ISO 2022 IR 159")
_WORD: Final = re.compile(r"[^\s^=\\]+")
_VALUES: Final = "\\"
"""Separates the values of an element (PS3.5 6.4)."""
_DELIMITERS: Final = {ord("^"), ord("=")}
_CANDIDATES: Final = ("utf-8", "big5hkscs", "gb18030")
_ENOUGH: Final = 1.0
"""Plausibility of common characters throughout, or of a family name."""
_A_FAMILY_NAME: Final = 2.0


CHARACTER_SETS: Final = tuple(sorted(name for name in charset.python_encoding if name))
"""Defined terms of Specific Character Set (0008,0005) that are read (PS3.3 C.12.1.1.2)."""


@dataclass(frozen=True, slots=True)
class DecodedText:
    """Text and how far it can be trusted.

    Attributes:
        repaired: the declared character set was wrong; the text was decoded by the one that fits.
        unreadable: characters are lost.
    """

    text: str
    repaired: bool = False
    unreadable: bool = False


def read_text(dataset: Dataset, tag: int, assumed: str = "") -> DecodedText:
    """Decode a text element from its raw bytes; to be called before the element is read in any other way.

    A wrongly declared character set can hide a value separator in a character (Big5 0x5C), so that the decoded
    element is already broken: only the bytes tell.

    Args:
        dataset: elements still undecoded.
        tag: of an element that holds text.
        assumed: character sets, separated by backslashes, where the data set declares none.
    """
    value = raw_value(dataset, tag)
    if not isinstance(value, bytes):
        return DecodedText("" if value is None else str(value).strip(" \0"))
    declared = texts(dataset, "SpecificCharacterSet") or tuple(assumed.split(_VALUES) if assumed else ())
    return decode_text(value, declared)


def read_texts(dataset: Dataset, tag: int, assumed: str = "") -> tuple[DecodedText, ...]:
    """Decode the values of a text element that may hold several, from its raw bytes.

    The bytes are decoded as a whole: a backslash may be half of a character until they are.

    Args:
        dataset: elements still undecoded.
        tag: of an element that holds text.
        assumed: character sets, separated by backslashes, where the data set declares none.
    """
    value = raw_value(dataset, tag)
    if isinstance(value, MultiValue):
        return tuple(DecodedText(str(one).strip(" \0")) for one in value)
    whole = read_text(dataset, tag, assumed)
    return tuple(replace(whole, text=one.strip()) for one in whole.text.split(_VALUES) if one.strip())


def decode_text(raw: bytes, declared: tuple[str, ...]) -> DecodedText:
    """Decode bytes by the declared character sets (0008,0005), or by what they really are."""
    raw = raw.strip(b" \0")
    text = _ESCAPES.sub("", _decode_declared(raw, declared))
    if not _suspicious(text, declared):
        better = _repair(raw, _A_FAMILY_NAME) if _unlikely(text, declared) else None
        return DecodedText(better or text, repaired=better is not None)
    repaired = _repair(raw)
    if repaired is not None:
        return DecodedText(repaired, repaired=True)
    return DecodedText(text, unreadable=bool(_BROKEN.search(text)))


def _decode_declared(raw: bytes, declared: tuple[str, ...]) -> str:
    try:
        encodings = charset.convert_encodings(list(declared) or None)
        return charset.decode_bytes(raw, encodings, _DELIMITERS)
    except PARSE_ERRORS:
        return raw.decode("latin-1")


def _suspicious(text: str, declared: tuple[str, ...]) -> bool:
    if _BROKEN.search(text):
        return True
    if _HANZI.search(text):
        return bool(_KANA.search(text)) and not any(name in _JAPANESE for name in declared)
    return bool(_LATIN_1.search(text))


def _unlikely(text: str, declared: tuple[str, ...]) -> bool:
    """Tell whether text declared as GB is rare characters and no family name: Big5 under a wrong label may be so."""
    is_gb = any(name.upper().startswith("GB") for name in declared)
    return is_gb and bool(_HANZI.search(text)) and _plausibility(text) < _ENOUGH


def _repair(raw: bytes, enough: float = _ENOUGH) -> str | None:
    """Return the text in the encoding that makes the best Chinese name of it, None where none makes a good one."""
    best, best_score = None, enough
    for encoding in _CANDIDATES:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        score = _plausibility(text) + (3.0 if encoding == "utf-8" else 0.0)
        if _HANZI.search(text) and score >= best_score:
            best, best_score = text, score + 1e-9
    return best


def _plausibility(text: str) -> float:
    """Score text as a Chinese name: the share of common characters, and two more where it starts with a surname."""
    if _BROKEN.search(text) or _LATIN_1.search(text) or _KANA.search(text):
        return -10.0
    words = [word for word in _WORD.findall(text) if _HANZI.search(word)]
    hanzi = "".join(words)
    if any(not _HANZI.fullmatch(character) for character in hanzi):
        return -10.0  # Latin letters within a word of hanzi: an accented letter was taken for half a character
    common = sum(_is_common(character) for character in hanzi) / max(len(hanzi), 1)
    return common + (2.0 if hanzi[:1].translate(FOLDING) in SURNAMES else 0.0)


def _is_common(character: str) -> bool:
    """Tell whether a character is in level 1 of GB 2312 or of Big5: the some 7,000 in daily use."""
    try:
        if 0xB0 <= character.encode("gb2312")[0] <= 0xD7:  # noqa: PLR2004 - rows of level 1
            return True
    except UnicodeEncodeError:
        pass
    try:
        return 0xA4 <= character.encode("big5")[0] <= 0xC6  # noqa: PLR2004 - rows of level 1
    except UnicodeEncodeError:
        return False
