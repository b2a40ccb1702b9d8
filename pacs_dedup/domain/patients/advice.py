"""What a comparison of two patients means for people: a sentence, what would settle it, what forbids relying on it."""

from collections.abc import Iterator
from typing import Final

from pacs_dedup.domain.evidence import PatientTier
from pacs_dedup.domain.patients.birth_dates import BirthDateLevel
from pacs_dedup.domain.patients.identifiers import STRONG, IdLevel
from pacs_dedup.domain.patients.identity import PatientIdentity

SENTENCES: Final[dict[PatientTier, str]] = {
    PatientTier.SAME: "The same patient: an identifier agrees, and nothing contradicts it.",
    PatientTier.PROBABLE: "Probably the same patient: confirm it before anything is filed together.",
    PatientTier.POSSIBLE: "Possibly the same patient: it takes more to tell.",
    PatientTier.DIFFERENT: "Not the same patient, as far as the headers tell: too little agrees.",
    PatientTier.CONFLICT: "The headers contradict each other about who this is: a person has to find out why.",
    PatientTier.UNKNOWN: "Nothing could be compared.",
}
_SETTLED: Final = frozenset({PatientTier.SAME})
_VAGUE_DATES: Final = frozenset(
    {
        BirthDateLevel.EXACT_DEFAULT,
        BirthDateLevel.MONTH,
        BirthDateLevel.YEAR,
        BirthDateLevel.YEAR1,
        BirthDateLevel.NULL,
    }
)


def what_would_settle_it(
    tier: PatientTier, identifier: str, birth_date: str, left: PatientIdentity, right: PatientIdentity
) -> tuple[str, ...]:
    """Return what to compare next, the most telling first; nothing where the patient is surely the same.

    Args:
        tier: what the comparison came to.
        identifier: comparison level of the identifiers.
        birth_date: comparison level of the birth dates.
        left: one patient.
        right: the other.
    """
    if tier in _SETTLED:
        return ()
    chinese = () if left.name.hanzi and right.name.hanzi else ("the Chinese names",)
    dates = ("the full birth dates",) if birth_date in _VAGUE_DATES else ()
    return (*_settling_identifier(identifier), *chinese, *dates)


def _settling_identifier(level: str) -> tuple[str, ...]:
    if level in STRONG or level == IdLevel.STRONG_CONFLICT:
        return ("the identity documents themselves, and who entered the number",)
    if level == IdLevel.STRONG_TYPO:
        return ("the identity card numbers with their check digits",)
    return ("the identity card numbers",)


def vetoes_of(left: PatientIdentity, right: PatientIdentity) -> tuple[str, ...]:
    """Return why nothing may be held back on the strength of this comparison, however well it agrees. Symmetric."""
    return tuple(dict.fromkeys(sorted((*_vetoes(left), *_vetoes(right)))))


def _vetoes(patient: PatientIdentity) -> Iterator[str]:
    name = patient.name
    if name.baby:
        yield "a newborn goes by a provisional name"
    elif name.placeholder:
        yield "a name stands for nobody in particular"
    if patient.number_damaged and len(patient.ids) <= 1:
        yield "the characters of the only Patient ID were damaged"
