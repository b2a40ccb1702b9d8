"""Is it the same patient? Identifier, name, birth date and sex, each with a comparison level and a match weight.

Weights are log2(m/u) in bits for "one person". Two hospitals' numbers are not comparable, not different; what is
missing says nothing. The machine never resolves a conflict: it only names it.
"""

from dataclasses import dataclass

from pacs_dedup.domain.evidence import Comparison, Fact, Group, PatientTier
from pacs_dedup.domain.names import CONTRADICTING, compare_names
from pacs_dedup.domain.patient import CheckState, IdentifierKind, PatientId, PatientIdentity

_PIXEL_EQUAL_PRIOR_BITS = 10.0
"""Equal pixels make one person a thousand times likelier than not, before names are read."""
_SEARCH_PRIOR_BITS = -20.0
_PROBABLE_BITS = 10.0

_ID_SENTENCES = {
    "strong_exact": (20.0, "the national identifier is the same, check digits right"),
    "issuer_exact": (19.0, "the Patient ID is the same, from the same issuer"),
    "strong_no_check": (18.0, "the national identifier is the same; a check digit is missing"),
    "strong_typo": (8.0, "the national identifiers differ by one character, and a check digit is wrong"),
    "string_exact": (6.0, "the Patient ID reads the same, but who issued it is unknown"),
    "not_comparable": (0.0, "the Patient IDs have different or unknown issuers and can not be compared"),
    "missing": (0.0, "a Patient ID is missing"),
    "issuer_differs": (-4.0, "one issuer gave these two patients different numbers"),
    "strong_conflict": (-9.0, "the national identifiers differ"),
}
_ID_PRECEDENCE = (
    "strong_exact",
    "strong_no_check",
    "strong_conflict",
    "issuer_exact",
    "strong_typo",
    "string_exact",
    "issuer_differs",
    "not_comparable",
)
_STRONG = frozenset({"strong_exact", "issuer_exact", "strong_no_check"})
_BIRTH_DATE = {
    "exact": (14.0, "the birth date is the same"),
    "exact_default": (9.0, "the birth date is the same, but a first of January may stand for the year alone"),
    "swapped": (6.0, "the birth dates are the same with day and month swapped"),
    "near": (4.0, "the birth dates differ by one digit"),
    "part": (3.0, "two of the three parts of the birth date are the same"),
    "year": (3.0, "the birth years are the same; one date is incomplete"),
    "missing": (0.0, "a birth date is missing"),
    "differs": (-8.0, "the birth dates differ"),
}
_SEX = {
    "exact": (1.0, "the sex is the same"),
    "missing": (0.0, "the sex is missing on one side"),
    "differs": (-6.0, "the sex differs"),
}
_MIN_STRING_ID = 5


@dataclass(frozen=True, slots=True)
class PatientEvidence:
    """The four comparisons and what they amount to; ``bits`` includes no prior."""

    comparisons: tuple[Comparison, ...]
    tier: PatientTier
    bits: float


def compare_patients(incoming: PatientIdentity, prior: PatientIdentity, *, pixels_equal: bool) -> PatientEvidence:
    """Compare two identities.

    Args:
        incoming: as the arriving headers name the patient.
        prior: as the known ones do.
        pixels_equal: the pair was found by equal pixels, so that the question is only whether anything conflicts.
    """
    id_level = compare_ids(incoming.ids, prior.ids)
    name_level, name_bits, name_sentence = compare_names(incoming.name, prior.name)
    date_level = compare_birth_dates(incoming.birth_date, prior.birth_date)
    sex_level = _compare_sex(incoming.sex, prior.sex)
    comparisons = (
        _made(Fact.PATIENT_ID, id_level, _ID_SENTENCES[id_level], incoming.display_id, prior.display_id),
        _made(Fact.PATIENT_NAME, name_level, (name_bits, name_sentence), incoming.display_name, prior.display_name),
        _made(Fact.BIRTH_DATE, date_level, _BIRTH_DATE[date_level], incoming.birth_date, prior.birth_date),
        _made(Fact.SEX, sex_level, _SEX[sex_level], incoming.sex, prior.sex),
    )
    bits = sum(c.weight_bits for c in comparisons)
    return PatientEvidence(comparisons, _link(comparisons, bits, pixels_equal=pixels_equal), bits)


def _made(fact: Fact, level: str, weighed: tuple[float, str], incoming: str, prior: str) -> Comparison:
    bits, sentence = weighed
    return Comparison(fact, Group.PATIENT, level, bits, sentence, incoming, prior)


def _link(comparisons: tuple[Comparison, ...], bits: float, *, pixels_equal: bool) -> PatientTier:
    identifier, name, birth_date, sex = comparisons
    contradictions = sum(
        (
            name.level in CONTRADICTING,
            birth_date.level == "differs",
            sex.level == "differs",
        )
    )
    if identifier.level in _STRONG:
        return _strong_link(contradictions, supported=name.weight_bits > 0 or birth_date.weight_bits > 0)
    if identifier.level in ("strong_conflict", "issuer_differs"):
        agrees = name.weight_bits > 0 and birth_date.weight_bits > 0
        return PatientTier.CONFLICT if agrees else PatientTier.DIFFERENT
    if all(c.weight_bits == 0 for c in comparisons):
        return PatientTier.UNKNOWN
    total = bits + (_PIXEL_EQUAL_PRIOR_BITS if pixels_equal else _SEARCH_PRIOR_BITS)
    return _weighed_link(total, contradictions)


def _strong_link(contradictions: int, *, supported: bool) -> PatientTier:
    if contradictions > 1:
        return PatientTier.CONFLICT
    return PatientTier.SAME if supported and not contradictions else PatientTier.PROBABLE


def _weighed_link(total: float, contradictions: int) -> PatientTier:
    # Little evidence is no difference: it takes something that contradicts.
    if contradictions > 1 or (contradictions and total < 0):
        return PatientTier.DIFFERENT
    if total >= _PROBABLE_BITS and not contradictions:
        return PatientTier.PROBABLE
    return PatientTier.UNKNOWN


def compare_ids(left: tuple[PatientId, ...], right: tuple[PatientId, ...]) -> str:
    """Return the level that speaks for all pairs of identifiers, previous ones included.

    An equal national identifier speaks first. Different ones outweigh an equal hospital number, which a mix-up shares;
    where no pair agrees, a conflict outweighs that other pairs can not be compared.
    """
    if not left or not right:
        return "missing"
    levels = {_compare_id(a, b) for a in left for b in right}
    return next(level for level in _ID_PRECEDENCE if level in levels)


def _compare_id(a: PatientId, b: PatientId) -> str:
    if a.kind is not b.kind:
        return "not_comparable"
    if a.kind is IdentifierKind.LOCAL:
        return _compare_local(a, b)
    if a.value == b.value:
        both_valid = a.check is CheckState.VALID and b.check is CheckState.VALID
        return "strong_exact" if both_valid else "strong_no_check"
    if _one_apart(a.value, b.value) and CheckState.WRONG in (a.check, b.check):
        return "strong_typo"
    if _one_apart(a.value, b.value) and CheckState.ABSENT in (a.check, b.check):
        return "not_comparable"
    # An earlier number that differs is history, not a conflict.
    return "not_comparable" if a.previous or b.previous else "strong_conflict"


def _compare_local(a: PatientId, b: PatientId) -> str:
    if a.issuer and a.issuer == b.issuer:
        if a.value == b.value:
            return "issuer_exact"
        return "not_comparable" if a.previous or b.previous else "issuer_differs"
    if a.value == b.value and len(a.value) >= _MIN_STRING_ID and not (a.issuer and b.issuer):
        return "string_exact"
    return "not_comparable"


def compare_birth_dates(left: str, right: str) -> str:
    """Return the comparison level of two birth dates (``YYYYMMDD``, ``YYYYMM``, ``YYYY`` or empty)."""
    if not left or not right:
        return "missing"
    if not (_full(left) and _full(right)):
        return "year" if left[:4] == right[:4] else "differs"
    if left == right:
        return "exact_default" if left[4:] == "0101" else "exact"
    return _compare_full_dates(left, right)


def _compare_full_dates(left: str, right: str) -> str:
    if left[:4] == right[:4] and "0101" in (left[4:], right[4:]):
        return "year"
    if left == right[:4] + right[6:] + right[4:6]:
        return "swapped"
    if sum(x != y for x, y in zip(left, right, strict=True)) == 1:
        return "near"
    parts = sum(left[part] == right[part] for part in (slice(0, 4), slice(4, 6), slice(6, 8)))
    return "part" if parts > 1 else "differs"


def _full(date: str) -> bool:
    return len(date) == len("YYYYMMDD")


def _compare_sex(left: str, right: str) -> str:
    if not left or not right:
        return "missing"
    return "exact" if left == right else "differs"


def _one_apart(a: str, b: str) -> bool:
    """One character replaced, or two neighbours swapped."""
    if len(a) != len(b):
        return False
    wrong = [n for n, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if len(wrong) == 1:
        return True
    swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1  # noqa: PLR2004 - two places
    return swapped and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
