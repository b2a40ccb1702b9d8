"""Do two patients share an identifier? Numbers are compared only within one scheme and one issuer."""

from enum import StrEnum
from typing import Final

from rapidfuzz.distance import OSA

from pacs_dedup.domain.patients.identity import CheckState, IdentifierKind, PatientId


class IdLevel(StrEnum):
    """How far two patients' identifiers agree; those that agree first, strongest first."""

    STRONG_EXACT = "id_strong_exact"
    CROSSREF = "id_crossref"
    ISSUER_EXACT = "id_issuer_exact"
    STRONG_NOCHECK = "id_strong_nocheck"
    STRONG_TYPO = "id_strong_typo"
    STRING_EXACT = "id_string_exact"
    STRONG_CONFLICT = "id_strong_conflict"
    ISSUER_DIFF = "id_issuer_diff"
    NULL = "id_null"


STRONG: Final = frozenset({IdLevel.STRONG_EXACT, IdLevel.CROSSREF, IdLevel.ISSUER_EXACT, IdLevel.STRONG_NOCHECK})
"""Levels that settle who it is, unless something contradicts."""

ID_SENTENCES: Final[dict[IdLevel, str]] = {
    IdLevel.STRONG_EXACT: "the national identifier is the same, check digits right",
    IdLevel.CROSSREF: "one's Patient ID is listed as an earlier or other number of the other, from the same issuer",
    IdLevel.ISSUER_EXACT: "the Patient ID is the same, from the same issuer",
    IdLevel.STRONG_NOCHECK: "the national identifier is the same; a check digit is missing",
    IdLevel.STRONG_TYPO: "the national identifiers differ by one character or check digit, as a typing error would",
    IdLevel.STRING_EXACT: "the Patient ID reads the same, but who issued it is unknown",
    IdLevel.STRONG_CONFLICT: "the national identifiers differ",
    IdLevel.ISSUER_DIFF: "one issuer gave these two patients different numbers",
    IdLevel.NULL: "the Patient IDs have different or unknown issuers or schemes and can not be compared",
}
_MISSING: Final = "a Patient ID is missing or stands for nobody"

_PRECEDENCE: Final = {level: place for place, level in enumerate(IdLevel)}
_MIN_STRING_ID: Final = 5
_UNDETECTED: Final = (11, 22)
"""An HKID's check digit is modulo 11: a letter so many places away has the same one."""


def id_sentence(level: IdLevel, left: tuple[PatientId, ...], right: tuple[PatientId, ...]) -> str:
    """Say a level in words."""
    return ID_SENTENCES[level] if left and right else _MISSING


def compare_ids(left: tuple[PatientId, ...], right: tuple[PatientId, ...]) -> IdLevel:
    """Return the level that speaks for all pairs of identifiers, earlier and other numbers included. Symmetric.

    The strongest agreement speaks, with one exception: different national identifiers outweigh an equal hospital
    number, which a mix-up shares. Where no pair agrees, a conflict outweighs that other pairs can not be compared.
    """
    levels = {_compare_id(a, b) for a in left for b in right}
    national = IdLevel.STRONG_EXACT in levels or IdLevel.STRONG_NOCHECK in levels
    if IdLevel.STRONG_CONFLICT in levels and not national:
        return IdLevel.STRONG_CONFLICT
    return min(levels, key=_PRECEDENCE.__getitem__, default=IdLevel.NULL)


def _compare_id(a: PatientId, b: PatientId) -> IdLevel:
    if a.kind is not b.kind:
        return IdLevel.NULL
    return _compare_local(a, b) if a.kind is IdentifierKind.LOCAL else _compare_national(a, b)


def _compare_local(a: PatientId, b: PatientId) -> IdLevel:
    listed = a.previous or b.previous
    if a.issuer and a.issuer == b.issuer:
        if a.value == b.value:
            return IdLevel.CROSSREF if listed else IdLevel.ISSUER_EXACT
        return IdLevel.NULL if listed else IdLevel.ISSUER_DIFF  # an earlier number that differs is history
    if a.value == b.value and len(a.value) >= _MIN_STRING_ID and not (a.issuer and b.issuer):
        return IdLevel.STRING_EXACT
    return IdLevel.NULL


def _compare_national(a: PatientId, b: PatientId) -> IdLevel:
    if a.value == b.value:
        return _same_body(a.check, b.check)
    if OSA.distance(a.value, b.value, score_cutoff=1) == 1:
        if CheckState.WRONG in (a.check, b.check) or _check_digit_is_blind(a.value, b.value):
            return IdLevel.STRONG_TYPO
        if CheckState.ABSENT in (a.check, b.check):
            return IdLevel.NULL
    return IdLevel.NULL if a.previous or b.previous else IdLevel.STRONG_CONFLICT


def _same_body(one: CheckState, other: CheckState) -> IdLevel:
    """A body that is the same under a wrong check digit may be another number with an error in it."""
    if CheckState.WRONG in (one, other):
        return IdLevel.STRONG_TYPO
    return IdLevel.STRONG_EXACT if one is other is CheckState.VALID else IdLevel.STRONG_NOCHECK


def _check_digit_is_blind(a: str, b: str) -> bool:
    """Tell whether the one character that differs is a letter for which no check digit can speak."""
    changed = [(x, y) for x, y in zip(a, b, strict=False) if x != y]
    return len(a) == len(b) and len(changed) == 1 and _letters_apart(*changed[0]) in _UNDETECTED


def _letters_apart(x: str, y: str) -> int:
    return abs(ord(x) - ord(y)) if x.isalpha() and y.isalpha() else 0
