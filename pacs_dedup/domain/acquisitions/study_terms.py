"""Terms of a study header in one form: modality classes, body parts, study descriptions, device names.

Descriptions are what a receiving archive rewrites most: it puts "OUTSIDE" in front, appends its own procedure code, or
abbreviates. What is left when such additions are gone can still agree.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

_MODALITY_CLASSES: Final[Mapping[str, str]] = {"CR": "DX", "DR": "DX", "RG": "DX", "SC": "OT"}
CAPTURE: Final = "OT"
"""Class of what has no modality of its own: secondary captures and other."""

_PREFIX: Final = re.compile(
    r"(?:\b(?:OUTSIDE|OUT|OSF|OSH|EXT(?:ERNAL)?|IMPORT(?:ED)?|CD|FOREIGN|TRANSFER(?:RED)?|REF(?:ERRED)?|COPY OF|DUP"
    r"|NON[- ]?HA)\b|外院|外來|外来|轉院|转院)[:\s_/-]*"
)
_SITE_CODE: Final = re.compile(r"[A-Z]{2,4}[-_](?=\w)")
_PROCEDURE_CODE: Final = re.compile(r"\[[^\]]*[0-9][^\]]*\]|\([^)]*[0-9][^)]*\)")
_PLAIN: Final = re.compile(r"\b(?:(?:W/O|WITHOUT|NON?)[\s-]*(?:IV\s+)?CONTRAST|W/O|WITHOUT)\b|\bC-(?!\w)")
_CONTRAST: Final = re.compile(r"\bC\+|\+C\b|\bW/C\b")
_XRAY: Final = re.compile(r"\bX[\s-]+RAYS?\b")
_MODALITIES: Final = frozenset({"CT", "MR", "US", "XR", "CR", "DX", "NM", "PT", "PET", "MG", "XA", "RF", "OT"})
_WORD: Final = re.compile(r"[A-Z0-9]+|[\u3400-\u9fff]+")
_BLANK_SERIALS: Final = frozenset({"NA", "NONE", "UNKNOWN", "NULL", "SERIAL"})

_ABBREVIATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "CXR": ("CHEST", "XRAY"),
    "AXR": ("ABDOMEN", "XRAY"),
    "KUB": ("ABDOMEN", "XRAY"),
    "XR": ("XRAY",),
    "CECT": ("CT", "CONTRAST"),
    "NCCT": ("CT", "PLAIN"),
    "MRI": ("MR",),
    "USG": ("US",),
    "MAMMO": ("MAMMOGRAPHY",),
    "WO": ("PLAIN",),
    "CONT": ("CONTRAST",),
    "CON": ("CONTRAST",),
    "ENHANCED": ("CONTRAST",),
    "平扫": ("PLAIN",),
    "平掃": ("PLAIN",),
    "增强": ("CONTRAST",),
    "增強": ("CONTRAST",),
}
_FILLERS: Final = frozenset(
    {"AND", "OF", "THE", "WITH", "STUDY", "EXAM", "EXAMINATION", "SCAN", "ROUTINE", "检查", "檢查"}
)

_BODY_PARTS: Final[Mapping[str, str]] = {
    "CHEST": "CHEST THORAX THX LUNG LUNGS 胸部 胸 肺",
    "HEAD": "HEAD SKULL BRAIN BRN CRANIUM 頭 头 頭部 头部 顱腦 颅脑 腦 脑",
    "ABDOMEN": "ABDOMEN ABD ABDO 腹部 腹",
    "PELVIS": "PELVIS PELV 盆腔 骨盆",
    "NECK": "NECK 頸 颈 頸部 颈部",
    "CSPINE": "CSPINE CERVICALSPINE 頸椎 颈椎",
    "TSPINE": "TSPINE THORACICSPINE DSPINE 胸椎",
    "LSPINE": "LSPINE LUMBARSPINE LSSPINE LUMBOSACRALSPINE 腰椎",
    "SPINE": "SPINE 脊柱 脊椎",
    "HEART": "HEART CARDIAC CORONARY 心臟 心脏 心",
    "BREAST": "BREAST 乳腺 乳房",
    "SHOULDER": "SHOULDER 肩 肩部",
    "ELBOW": "ELBOW 肘",
    "WRIST": "WRIST 腕",
    "HAND": "HAND FINGER 手",
    "HIP": "HIP 髖 髋",
    "KNEE": "KNEE 膝",
    "ANKLE": "ANKLE 踝",
    "FOOT": "FOOT TOE 足",
}
_BODY_PART_OF: Final = {word: part for part, words in _BODY_PARTS.items() for word in words.split()}
_TWO_WORDS: Final = re.compile(r"\b(CERVICAL|THORACIC|LUMBAR|LUMBOSACRAL|[CTL]S?)[\s_-]+SPINE\b")
_LONGEST_TERM: Final = max(len(word) for word in {*_BODY_PART_OF, *_ABBREVIATIONS} if not word.isascii())


def modality_class(modality: str) -> str:
    """Return the class of a modality (0008,0060): a radiograph is one whether it says CR, DX or DR; SC counts as OT."""
    return _MODALITY_CLASSES.get(modality, modality)


def body_parts(text: str) -> frozenset[str]:
    """Return the body parts that a Body Part Examined (0018,0015) names: THORAX and 胸部 are CHEST."""
    return frozenset(_BODY_PART_OF.get(word, word) for word in _words(_folded(text)))


def description_terms(text: str) -> frozenset[str]:
    """Return what a Study Description (0008,1030) says, without what archives add to it, as a set of terms.

    Codes in brackets, "OUTSIDE" and its like, and a site's prefix go; abbreviations and synonyms become one term.
    """
    rest = _without_prefixes(_PROCEDURE_CODE.sub(" ", _folded(text)).strip())
    rest = _XRAY.sub("XRAY", _CONTRAST.sub(" CONTRAST ", _PLAIN.sub(" PLAIN ", rest)))
    terms: set[str] = set()
    for word in _words(rest):
        terms.update(_ABBREVIATIONS.get(word) or (_BODY_PART_OF.get(word, word),))
    return frozenset(terms - _FILLERS)


def device_name(text: str) -> str:
    """Return a manufacturer, model or station in capital letters and digits only: punctuation is no difference."""
    return "".join(c for c in _folded(text) if c.isalnum())


def serial_number(text: str) -> str:
    """Return a device serial number like `device_name`; empty where it stands for none (``0``, ``N/A``)."""
    serial = device_name(text)
    return "" if serial in _BLANK_SERIALS or not serial.strip("0") else serial


def order_number(text: str) -> str:
    """Return an accession number without case and spaces; empty where it stands for none."""
    return serial_number(text)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper().strip()


def _without_prefixes(text: str) -> str:
    while found := _PREFIX.match(text):
        text = text[found.end() :]
    site = _SITE_CODE.match(text)
    rest = text[site.end() :] if site and site[0][:-1] not in {*_BODY_PART_OF, *_MODALITIES} else text
    return rest or text


def _words(text: str) -> Iterable[str]:
    joined = _TWO_WORDS.sub(lambda found: f"{found[1]}SPINE", text)
    for word in _WORD.findall(joined):
        yield from [word] if word.isascii() else _segmented(word)


def _segmented(characters: str) -> Iterable[str]:
    """Cut a run of Chinese characters at the terms that are known; what lies between them stays whole."""
    known, unknown = {**_BODY_PART_OF, **_ABBREVIATIONS}, ""
    while characters:
        term = next((characters[:n] for n in range(_LONGEST_TERM, 0, -1) if characters[:n] in known), "")
        if term and unknown:
            yield unknown
            unknown = ""
        if term:
            yield term
        else:
            unknown += characters[0]
        characters = characters[len(term) or 1 :]
    if unknown:
        yield unknown
