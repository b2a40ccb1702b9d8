"""A patient as a JSON object with DICOM keywords -> PatientIdentity, by the way that headers take."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from pacs_dedup.dicom.read_patient import read_patient
from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.domain.patients.identity import PatientIdentity

_TEXTS: Final = frozenset(
    {"IssuerOfPatientID", "PatientBirthDate", "PatientBirthName", "PatientID", "PatientName", "PatientSex"}
)
_LISTS: Final = frozenset({"OtherPatientIDs", "OtherPatientNames"})
_PREVIOUS: Final = "PreviousValues"
"""Short for the items of Original Attributes Sequence (PS3.3 C.12.1.1.9.1)."""
_SEQUENCES: Final = frozenset(
    {
        "IssuerOfPatientIDQualifiersSequence",
        "ModifiedAttributesSequence",
        "OriginalAttributesSequence",
        "OtherPatientIDsSequence",
    }
)
_QUALIFIERS: Final = frozenset({"UniversalEntityID", "UniversalEntityIDType"})
KEYS: Final = tuple(sorted(_TEXTS | _LISTS | _SEQUENCES | {_PREVIOUS}))
"""Keys that a patient may have."""
_KEYWORD: Final = re.compile(r"[A-Za-z]{1,64}")
_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")


def patient_of(values: Any, whose: str) -> PatientIdentity:
    """Read a patient from decoded JSON.

    Characters of Latin-1 alone are taken for what an undeclared character set made of them, so that a name which was
    garbled before it came into JSON is repaired like one in a header.

    Args:
        values: an object with the keywords of PS3.6, each a string, a list of strings, or for a sequence a list of
            objects; a name may be an object of component groups (PS3.18 F.2.2). ``PreviousValues`` is a list of
            objects of what the header held before.
        whose: names the object in errors.

    Raises:
        BadRequest: an unknown key, or a value of the wrong kind.
    """
    latin = all(character < "\u0100" for text in _strings(values) for character in text)
    encoding, charset = ("latin-1", "ISO_IR 100") if latin else ("utf-8", "ISO_IR 192")
    dataset = _dataset(values, whose, lambda text: text.encode(encoding, "replace"))
    dataset.SpecificCharacterSet = charset
    return read_patient(dataset)


def _dataset(values: Any, whose: str, encode: Callable[[str], bytes]) -> Dataset:
    if not isinstance(values, Mapping):
        raise BadRequest(f"{whose}: a JSON object is needed, with keys such as PatientID and PatientName")
    made = Dataset()
    for key, value in values.items():
        where = f"{whose}: {key}" if _KEYWORD.fullmatch(key) else f"{whose}: a key"
        if key == _PREVIOUS:
            key, value = "OriginalAttributesSequence", [{"ModifiedAttributesSequence": value}]  # noqa: PLW2901 - its long form
        _put(made, key, value, where, encode)
    return made


def _put(made: Dataset, key: str, value: Any, where: str, encode: Callable[[str], bytes]) -> None:
    tag = Tag(tag_for_keyword(key) or 0)
    if key in _SEQUENCES:
        made.add_new(tag, "SQ", [_dataset(item, where, encode) for item in _list(value, where)])
    elif key == "OtherPatientIDs" and any(isinstance(item, Mapping) for item in _list(value, where)):
        _put(made, "OtherPatientIDsSequence", [_numbered(item) for item in value], where, encode)
    elif key in _TEXTS | _LISTS | _QUALIFIERS:
        texts = [_text(one, where) for one in (_list(value, where) if key in _LISTS else [value])]
        raw = encode("\\".join(texts))
        made[tag] = RawDataElement(
            tag, dictionary_VR(tag), len(raw), raw, 0, is_implicit_VR=False, is_little_endian=True
        )
    else:
        raise BadRequest(f"{where} is not known; known keys: {', '.join(KEYS)}")


def _numbered(item: Any) -> Any:
    return item if isinstance(item, Mapping) else {"PatientID": item}


def _list(value: Any, where: str) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, str | Mapping):
        return [value]
    raise BadRequest(f"{where}: a list is needed")


def _text(value: Any, where: str) -> str:
    """Return a value as text; null is empty, a name may come in component groups."""
    if value is None:
        return ""
    if isinstance(value, Mapping) and value and set(value) <= set(_GROUPS):
        return "=".join(_text(value.get(group), where) for group in _GROUPS).rstrip("=")
    if isinstance(value, str):
        return value
    raise BadRequest(f"{where}: a string is needed (numbers in quotes, so that leading zeros stay)")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _strings(item)
