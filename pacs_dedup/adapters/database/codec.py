"""Domain values as JSON text, and back."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.verdict import Verdict

T = TypeVar("T")

_CONFIG = ConfigDict(
    ser_json_bytes="base64",
    val_json_bytes="base64",
    ser_json_inf_nan="strings",
    hide_input_in_errors=True,  # the input is patient data
)


_RENAMED = MappingProxyType({"patient_link": "patient_tier", "confidence": "certainty"})
"""What rules 2026.1 called fields of a verdict. What was appended is never rewritten, so both names are read."""


class Codec(Generic[T]):
    """Writes and reads values of one type; ``renamed`` are earlier names of its fields, each with its present one."""

    def __init__(
        self, adapter: TypeAdapter[tuple[T]], what: str, renamed: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._adapter = adapter
        self._what = what
        self._renamed = renamed

    def dump(self, value: T) -> str:
        """Return the value as JSON; bytes as base64, damaged characters (lone surrogates) as question marks.

        Raises:
            PydanticSerializationError: a field holds what its type does not allow, and could not be read back.
        """
        try:
            return self._adapter.dump_json((value,), warnings="error").decode()
        except PydanticSerializationError:
            plain = self._adapter.dump_python((value,), mode="json", warnings="error")
            return json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace").decode()

    def load(self, text: str) -> T:
        """Read back what `dump` wrote; a field that was added since gets its default, one that went is passed over.

        Raises:
            Unreadable: the text does not hold such a value.
        """
        for earlier, name in self._renamed.items():
            # Never inside a string: a quotation mark there has a backslash before it.
            text = text.replace(f'"{earlier}":', f'"{name}":')
        try:
            return self._adapter.validate_json(text)[0]
        except ValidationError as error:
            places = ", ".join(".".join(map(str, e["loc"][1:])) for e in error.errors(include_input=False))
            raise Unreadable(
                f"a stored {self._what} can not be read ({places}); it was written by another version: "
                "run the version that wrote it, or fingerprint the study again"
            ) from None


# A dataclass of the domain takes no pydantic configuration; the tuple around it does.
FINGERPRINT = Codec(TypeAdapter(tuple[InstanceFingerprint], config=_CONFIG), "fingerprint")
VERDICT = Codec(TypeAdapter(tuple[Verdict], config=_CONFIG), "verdict", _RENAMED)
