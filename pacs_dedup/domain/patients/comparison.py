"""Is it the same patient? Identifier, name, birth date and sex, each with a comparison level and a match weight.

Two hospitals' numbers are not comparable, not different; what is missing says nothing. The machine never resolves a
conflict: it only names it.
"""

from dataclasses import dataclass
from typing import Final

from pacs_dedup.domain.evidence import Comparison, Fact, Group, PatientTier
from pacs_dedup.domain.patients.advice import vetoes_of
from pacs_dedup.domain.patients.birth_dates import (
    BIRTH_DATE_SENTENCES,
    SEX_SENTENCES,
    BirthDateLevel,
    SexLevel,
    compare_birth_dates,
    compare_sex,
)
from pacs_dedup.domain.patients.identifiers import STRONG, IdLevel, compare_ids, id_sentence
from pacs_dedup.domain.patients.identity import IdentifierKind, PatientIdentity, PersonNameParts
from pacs_dedup.domain.patients.name_frequencies import UNCOUNTED, NameFrequencies
from pacs_dedup.domain.patients.names import NameLevel, compare_names_of, name_keys
from pacs_dedup.domain.patients.national_id import stated_birth_date, stated_sex
from pacs_dedup.domain.patients.tier import SEARCH, Context, Levels, tier_of
from pacs_dedup.domain.patients.weights import MODEL, WEIGHTS, bits_of, common_name_bits

COMMON_NAME: Final = "common_name"
"""Level of the line that takes back what a common name weighs too much."""
_MOST_NAME_BITS: Final = max(bits_of(level) for level in NameLevel)
_DATE_PRECEDENCE: Final = {level: (bits_of(level), level) for level in BirthDateLevel}
_SURELY_DIFFERENT_BITS: Final = -10.0


@dataclass(frozen=True, slots=True)
class PatientEvidence:
    """The comparisons and what they amount to.

    Attributes:
        bits: sum of the match weights, without prior.
        model: the weights that were used, by name and digest.
        vetoes: why nothing may be held back on the strength of it.
    """

    comparisons: tuple[Comparison, ...]
    tier: PatientTier
    bits: float
    model: str = MODEL
    vetoes: tuple[str, ...] = ()


def compare_patients(
    incoming: PatientIdentity,
    prior: PatientIdentity,
    context: Context = SEARCH,
    frequencies: NameFrequencies = UNCOUNTED,
) -> PatientEvidence:
    """Compare two identities. Symmetric.

    Args:
        incoming: as the arriving headers name the patient.
        prior: as the known ones do.
        context: why they are compared.
        frequencies: how common names are among the patients that are known.
    """
    identifier, birth_date, sex = _cheap_levels(incoming, prior)
    id_words = id_sentence(identifier, incoming.ids, prior.ids)
    name, _, name_sentence = compare_names_of(_names(incoming), _names(prior))
    comparisons = (
        _made(Fact.PATIENT_ID, identifier, id_words, *map(_shown_number, (incoming, prior))),
        _made(Fact.PATIENT_NAME, name, name_sentence, incoming.display_name, prior.display_name),
        *_common_name(name, incoming.name, prior.name, frequencies),
        _made(Fact.BIRTH_DATE, birth_date, BIRTH_DATE_SENTENCES[birth_date], incoming.birth_date, prior.birth_date),
        _made(Fact.SEX, sex, SEX_SENTENCES[sex], incoming.sex, prior.sex),
    )
    bits = sum(c.weight_bits for c in comparisons)
    tier = tier_of(Levels(identifier, name, birth_date, sex, bits), context)
    return PatientEvidence(comparisons, tier, bits, vetoes=vetoes_of(incoming, prior))


def surely_different(incoming: PatientIdentity, prior: PatientIdentity, context: Context = SEARCH) -> bool:
    """Tell from all but the name that a search would find two people, however well the names agreed.

    Comparing names is dearer than all the rest, and most candidates of a search fall here. What is surely different has
    tier `PatientTier.DIFFERENT`; of what is not, only `compare_patients` tells.
    """
    identifier, birth_date, sex = _cheap_levels(incoming, prior)
    most = bits_of(identifier) + bits_of(birth_date) + bits_of(sex) + _MOST_NAME_BITS + context.prior_bits
    bound = _SURELY_DIFFERENT_BITS if identifier is IdLevel.STRONG_CONFLICT else 0.0
    compared = (identifier, birth_date, sex) != (IdLevel.NULL, BirthDateLevel.NULL, SexLevel.NULL)
    return compared and not context.brought_together and identifier not in STRONG and most < bound


def _cheap_levels(incoming: PatientIdentity, prior: PatientIdentity) -> tuple[IdLevel, BirthDateLevel, SexLevel]:
    identifier = compare_ids(incoming.ids, prior.ids)
    # Two mainland numbers, once compared, have said it all.
    corroborating = identifier is IdLevel.NULL or not (_has_mainland(incoming) and _has_mainland(prior))
    dates = [_birth_dates(patient, corroborating=corroborating) for patient in (incoming, prior)]
    sexes = [stated_sex(patient) if corroborating else patient.sex for patient in (incoming, prior)]
    return identifier, _best_birth_date(*dates), compare_sex(*sexes)


def _has_mainland(patient: PatientIdentity) -> bool:
    return any(number.kind is IdentifierKind.MAINLAND_ID for number in patient.ids)


def _birth_dates(patient: PatientIdentity, *, corroborating: bool) -> tuple[str, ...]:
    return (stated_birth_date(patient) if corroborating else patient.birth_date, *patient.other_birth_dates)


def _best_birth_date(left: tuple[str, ...], right: tuple[str, ...]) -> BirthDateLevel:
    """Compare the dates, and those that stood in a header before it was corrected; the pair that agrees best speaks."""
    levels = {compare_birth_dates(a, b) for a in left for b in right if a and b}
    return max(levels, key=_DATE_PRECEDENCE.__getitem__, default=BirthDateLevel.NULL)


def _shown_number(patient: PatientIdentity) -> str:
    """Return the Patient ID as a reviewer reads it, with its issuer where one is known."""
    issuer = next((number.issuer for number in patient.ids if not number.previous), "")
    return f"{patient.display_id}@{issuer}" if patient.display_id and issuer else patient.display_id


def _names(patient: PatientIdentity) -> tuple[PersonNameParts, ...]:
    return (patient.name, *patient.other_names)


def _common_name(
    level: str, left: PersonNameParts, right: PersonNameParts, frequencies: NameFrequencies
) -> tuple[Comparison, ...]:
    """Return the line of a common name, none where the name is not common or nobody counted."""
    if not frequencies.patients or not WEIGHTS.get(level, _NO_NAME).common:
        return ()
    both = name_keys(left) & name_keys(right)
    share = frequencies.share(both) if both else max(frequencies.share(name_keys(n)) for n in (left, right))
    bits = common_name_bits(level, share)
    if not bits:
        return ()
    sentence = f"the name is common: about one patient in {round(1 / share):,} has it"
    return (Comparison(Fact.PATIENT_NAME, Group.PATIENT, COMMON_NAME, bits, sentence),)


_NO_NAME: Final = WEIGHTS["diff"]


def _made(fact: Fact, level: str, sentence: str, incoming: str, prior: str) -> Comparison:
    return Comparison(fact, Group.PATIENT, level, bits_of(level), sentence, incoming, prior)
