"""What a mainland identity number says of its holder: birth date and sex (GB 11643)."""

from typing import Final

from pacs_dedup.domain.patients.identity import CheckState, IdentifierKind, PatientIdentity

_BORN: Final = slice(6, 14)
_SEX: Final = 16
"""Place of the digit that is odd for men and even for women."""
_NEW_YEAR: Final = "0101"


def stated_birth_date(patient: PatientIdentity) -> str:
    """Return the birth date, completed from the identity number where the header leaves out what the number says."""
    number = _number(patient)
    if not number:
        return patient.birth_date
    born, written = number[_BORN], patient.birth_date.removesuffix(_NEW_YEAR)
    return born if born.startswith(written) else patient.birth_date


def stated_sex(patient: PatientIdentity) -> str:
    """Return the sex, taken from the identity number where the header leaves it out."""
    number = _number(patient)
    if patient.sex or not number:
        return patient.sex
    return "M" if int(number[_SEX]) % 2 else "F"


def _number(patient: PatientIdentity) -> str:
    """Return the patient's present mainland number if its check character is right, else nothing."""
    for i in patient.ids:
        if i.kind is IdentifierKind.MAINLAND_ID and i.check is CheckState.VALID and not i.previous:
            return i.value
    return ""
