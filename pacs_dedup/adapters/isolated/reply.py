"""What a child sends back: JSON of the type that its function declares, so that it can hold values and never orders.

The child may have been taken over by what it decoded. A pickle would let it have any function called here; JSON that is
checked against a type can at most hold a wrong value of that type.
"""

import json
from typing import Any, Final, Generic, TypeVar, get_type_hints

from pydantic import ConfigDict, TypeAdapter
from pydantic_core import PydanticSerializationError

from pacs_dedup.domain import errors
from pacs_dedup.domain.errors import PacsDedupError

T = TypeVar("T")

MOST_BYTES: Final = 1 << 28
"""Longest reply: a fingerprint of ten thousand frames has some megabytes."""

_RESULT, _ERROR = b"=", b"!"
_CONFIG: Final = ConfigDict(
    ser_json_bytes="base64",
    val_json_bytes="base64",
    ser_json_inf_nan="strings",
    hide_input_in_errors=True,  # the input is patient data
)
_OURS: Final = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, PacsDedupError)
}


class Failed(Exception):
    """The function failed in a way that it does not name; the only argument is the kind of error."""


class Reply(Generic[T]):
    """Writes and reads the results of one function."""

    def __init__(self, function: Any) -> None:
        """Take the type of results from the function's annotation; without one any plain value is a result."""
        hints = get_type_hints(function) if hasattr(function, "__annotations__") else {}
        declared = hints.get("return", Any)
        self._adapter: TypeAdapter[tuple[T]] = TypeAdapter(tuple[declared], config=_CONFIG)  # type: ignore[arg-type, valid-type]

    def dump(self, value: T) -> bytes:
        """Return a result as bytes; damaged characters (lone surrogates) become question marks.

        Raises:
            PydanticSerializationError: it is not of the type that is declared.
        """
        try:
            return _RESULT + self._adapter.dump_json((value,), warnings="error")
        except PydanticSerializationError:
            plain = self._adapter.dump_python((value,), mode="json", warnings="error")
            return _RESULT + json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace")

    def load(self, octets: bytes) -> T:
        """Return what the function returned, or raise what it raised of our own tree.

        Raises:
            Failed: it raised something else.
            ValueError: the bytes are no reply.
            PacsDedupError: raised by the function.
        """
        if octets[:1] == _ERROR:
            raise _error(octets[1:])
        if octets[:1] != _RESULT:
            raise ValueError("neither a result nor an error")
        return self._adapter.validate_json(octets[1:])[0]  # a ValidationError is a ValueError


def dump_error(error: BaseException) -> bytes:
    """Return an error as bytes: one of ours with its words, of another the kind, as its words may name a patient."""
    words = str(error) if isinstance(error, PacsDedupError) else None
    return _ERROR + json.dumps([type(error).__name__, words]).encode()


def _error(octets: bytes) -> Exception:
    try:
        name, words = json.loads(octets)
    except (RecursionError, TypeError):
        raise ValueError("an error is a kind and its words") from None
    kind = _OURS.get(str(name))
    return Failed(str(name)) if kind is None or words is None else kind(str(words))
