"""Patient identifiers: their scheme, their check digit, their canonical form."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from pacs_dedup.domain.patients.identity import CheckState, IdentifierKind, PatientId

_HKID: Final = re.compile(r"([A-Z]{1,2})([0-9]{6})(?:[(\[]([0-9A])[)\]]|-?([0-9A]))?")
_MAINLAND: Final = re.compile(r"[0-9]{17}[0-9X]")
_PLACEHOLDER: Final = re.compile(r"UNKNOWN.*|UNIDENTIFIED.*|NONE|NULL|NIL|N/?A|NO-?ID|ANON.*|TEST.*|TEMP.*|DUMMY.*")
_COUNTED: Final = "1234567890"
"""Digits in order are what a tired clerk types."""
_MIN_FILLED: Final = 3
_MIN_COUNTED: Final = 6

_HKID_BLANK: Final = 36
"""What the missing first letter of a one-letter HKID counts for."""
_LETTER_OFFSET: Final = ord("A") - 10
_MODULUS: Final = 11
_TEN: Final = 10
_MAINLAND_CHECKS: Final = "10X98765432"
"""Check characters of GB 11643-1999 by the weighted sum modulo 11."""


def patient_id(
    text: str, issuer: str = "", *, previous: bool = False, pseudo_ids: Sequence[str] = ()
) -> PatientId | None:
    """Bring an identifier into canonical form; None where it is empty or stands for nobody.

    Full-width characters, case, spaces and leading zeros do not matter. A number of the form of an HKID that has no
    brackets, and a check digit that is wrong or, after two letters, absent, is taken for a hospital's own number.

    Args:
        text: the identifier as it stands in the header.
        issuer: its assigning authority, empty where unknown.
        previous: it is an earlier or other number of the patient.
        pseudo_ids: regular expressions of the numbers that a hospital gives to people whom it can not identify.
    """
    plain = _folded(re.sub(r"\s+", "", _folded(text)))
    issuer = unicodedata.normalize("NFKC", issuer).strip().upper()
    if _says_nothing(plain.lstrip("0")) or any(re.fullmatch(pattern, plain, re.IGNORECASE) for pattern in pseudo_ids):
        return None
    if found := _HKID.fullmatch(plain):
        letters, digits, bracketed, bare = found.groups()
        state = _hkid_state(letters, digits, bracketed or bare)
        if bracketed or state is CheckState.VALID or (state is CheckState.ABSENT and len(letters) == 1):
            return PatientId(letters + digits, issuer, IdentifierKind.HKID, state, previous)
    if _MAINLAND.fullmatch(plain) and _plausible_birth(plain[6:14]):
        state = CheckState.VALID if mainland_check(plain[:17]) == plain[17] else CheckState.WRONG
        return PatientId(plain, issuer, IdentifierKind.MAINLAND_ID, state, previous)
    return PatientId(plain.lstrip("0"), issuer, previous=previous)


def _folded(text: str) -> str:
    """Return text in capitals and in one form for characters that look alike."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())


def _says_nothing(plain: str) -> bool:
    filled = len(plain) >= _MIN_FILLED and len(set(plain)) == 1
    counted = len(plain) >= _MIN_COUNTED and _COUNTED.startswith(plain)
    return not plain.strip("0-_.") or filled or counted or _PLACEHOLDER.fullmatch(plain) is not None


def hkid_check(letters: str, digits: str) -> str:
    """Return the check digit of a Hong Kong identity card number: weights 9 to 2, modulo 11, ten written A."""
    values = [_HKID_BLANK] if len(letters) == 1 else []
    values += [ord(letter) - _LETTER_OFFSET for letter in letters] + [int(digit) for digit in digits]
    rest = -sum(weight * value for weight, value in zip(range(9, 1, -1), values, strict=True)) % _MODULUS
    return "A" if rest == _TEN else str(rest)


def mainland_check(body: str) -> str:
    """Return the check character of an 18-digit mainland identity number (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * pow(2, 17 - place, _MODULUS) for place, digit in enumerate(body))
    return _MAINLAND_CHECKS[total % _MODULUS]


def _hkid_state(letters: str, digits: str, check: str | None) -> CheckState:
    if check is None:
        return CheckState.ABSENT
    return CheckState.VALID if hkid_check(letters, digits) == check else CheckState.WRONG


def _plausible_birth(date: str) -> bool:
    return "1850" <= date[:4] <= "2150" and "01" <= date[4:6] <= "12" and "01" <= date[6:] <= "31"
