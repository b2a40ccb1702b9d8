"""Turn values into what JSON can hold, and text into what any program can read."""

import re
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_BYTES: Final = range(0xDC80, 0xDD00)
"""What Python makes of the bytes of a file name that are no UTF-8 (PEP 383)."""


def plain(value: Any) -> Any:
    """Return a value as dictionaries, lists, strings and numbers.

    Bytes (pictures, sketches) are left out: fields that hold them vanish. Times become ISO 8601 with their offset, text
    becomes `visible`.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        items = {f.name: getattr(value, f.name) for f in fields(value)}
        return {name: plain(item) for name, item in items.items() if not isinstance(item, bytes)}
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return visible(str(value)) if isinstance(value, Path | str) else value


def visible(text: str) -> str:
    r"""Return a text that can be encoded: bytes of a file name that are no UTF-8 become backslash escapes, ``\xa4``."""
    return _SURROGATES.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code & 0xFF:02x}" if code in _BYTES else f"\\u{code:04x}"
