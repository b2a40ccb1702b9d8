"""Reading what a child sends: it may have been taken over, so its words are values and never orders.

A pickle can name any function and have it called. Here it can name classes of values of this package, and a few of
Python's own, and nothing else.
"""

import builtins
import io
import pickle
import sys
from typing import Any, Final

from pacs_dedup.domain.errors import Unreadable

MOST_BYTES: Final = 1 << 28
"""Longest reply: a fingerprint of ten thousand frames has some megabytes."""

_OF_PYTHON: Final = {
    "builtins": frozenset({"set", "frozenset", "bytearray", "complex", "range"}),
    "datetime": frozenset({"datetime", "date", "time", "timedelta", "timezone"}),
    "collections": frozenset({"OrderedDict", "defaultdict"}),
    "decimal": frozenset({"Decimal"}),
    "pathlib": frozenset({"PosixPath"}),
}
_OWN: Final = ("pacs_dedup.domain.", "pacs_dedup.dicom.", "pacs_dedup.reports.model")


def read_reply(octets: bytes) -> Any:
    """Return the value that a child sent.

    Raises:
        Unreadable: it is no value that a decoder sends.
    """
    try:
        return _ValuesOnly(io.BytesIO(octets)).load()
    except Unreadable:
        raise
    except Exception as error:  # noqa: BLE001 - the edge of another process: hostile bytes may raise anything
        raise Unreadable(f"the decoder sent what can not be read ({type(error).__name__})") from None


class _ValuesOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if name in _OF_PYTHON.get(module, ()):
            return getattr(builtins if module == "builtins" else sys.modules[module], name)
        if module.startswith(_OWN) and module in sys.modules:
            found = vars(sys.modules[module]).get(name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise Unreadable("the decoder sent something else than values; it may have been taken over")
