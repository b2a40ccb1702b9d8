"""Names in the character sets that Hong Kong and its neighbours send, read back (PS3.5 6.1.2, PS3.3 C.12.1.1.2)."""

from collections.abc import Mapping
from typing import Final

from pacs_dedup.dicom.text import decode_text

_ESCAPED_GB2312 = b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab="  # PS3.5 annex K.2
_NAMES: Final[Mapping[str, tuple[tuple[str, ...], bytes, str]]] = {
    "ISO_IR 192": (("ISO_IR 192",), "陳^大文".encode(), "陳^大文"),
    "GB18030": (("GB18030",), "王^小东".encode("gb18030"), "王^小东"),
    "ISO 2022 IR 58": (("", "ISO 2022 IR 58"), _ESCAPED_GB2312, "Zhang^XiaoDong=张^小东="),
    "Big5 (undeclared)": ((), "陳大文".encode("big5hkscs"), "陳大文"),
    "ISO_IR 100": (("ISO_IR 100",), "Müller^Zoë".encode("latin-1"), "Müller^Zoë"),
}


def try_texts() -> dict[str, str]:
    """Decode each name; return what is wrong by character set, and nothing for what is right."""
    wrong = "a name is not read as it was written"
    return {
        name: "" if decode_text(raw, declared).text == written else wrong
        for name, (declared, raw, written) in _NAMES.items()
    }
