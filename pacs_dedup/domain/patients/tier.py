"""From comparison levels and bits to a tier: is it one patient?"""

from collections.abc import Collection
from dataclasses import dataclass
from math import log2
from typing import Final

from pacs_dedup.domain.evidence import PatientTier
from pacs_dedup.domain.patients.birth_dates import BirthDateLevel, SexLevel
from pacs_dedup.domain.patients.identifiers import STRONG, IdLevel
from pacs_dedup.domain.patients.names import CONTRADICTING, NameLevel
from pacs_dedup.domain.patients.weights import bits_of

_PROBABLE_BITS: Final = 10.0
_CONFLICT_BITS: Final = -10.0
"""Two national identifiers with everything else different are two people; above this sum they contradict the rest."""


@dataclass(frozen=True, slots=True)
class Context:
    """Why two identities are compared.

    Attributes:
        prior_bits: how likely one person is before anything is compared: log2 of the odds.
        brought_together: something other than their identity (equal pixels, UIDs, an acquisition) calls for the
            comparison. Then little evidence is no difference: two people take something that contradicts.
    """

    prior_bits: float
    brought_together: bool = False


SEARCH: Final = Context(-20.0)
"""One patient looked for among a million others, half of whom are there."""
PIXELS_EQUAL: Final = Context(10.0, brought_together=True)
"""Equal pixels make one person a thousand times likelier than not, before names are read."""
STUDIES: Final = Context(-20.0, brought_together=True)
"""Two studies that met by something, but show nothing equal."""


def search_among(patients: int) -> Context:
    """Return the context of looking for a patient among so many: log2(0.5/N)."""
    return Context(log2(0.5 / max(patients, 1)))


@dataclass(frozen=True, slots=True)
class Levels:
    """What the four comparisons reached, and their sum without prior, bits."""

    identifier: IdLevel
    name: NameLevel
    birth_date: BirthDateLevel
    sex: SexLevel
    bits: float

    @property
    def contradictions(self) -> int:
        """How many of name, birth date and sex speak against one person."""
        return (self.name in CONTRADICTING) + (self.birth_date is BirthDateLevel.DIFF) + (self.sex is SexLevel.DIFF)

    @property
    def strong(self) -> bool:
        """An identifier settles who it is, unless something contradicts."""
        return self.identifier in STRONG

    @property
    def supported(self) -> bool:
        """Name or birth date bear out what the identifier says; a first of January may be a default."""
        return bits_of(self.name) > 0 or self.birth_date is BirthDateLevel.EXACT

    @property
    def another_name(self) -> bool:
        """Name or birth date differ and nothing that names a person agrees; half of all people have one sex."""
        differs = self.name in CONTRADICTING or self.birth_date is BirthDateLevel.DIFF
        agrees = any(bits_of(level) > 0 for level in (self.identifier, self.name, self.birth_date))
        return differs and not agrees

    @property
    def compared(self) -> bool:
        """Anything at all could be compared."""
        return any(level not in _NOT_COMPARED for level in (self.identifier, self.name, self.birth_date, self.sex))


_NOT_COMPARED: Final[Collection[str]] = frozenset({IdLevel.NULL, NameLevel.NULL, BirthDateLevel.NULL, SexLevel.NULL})


def tier_of(levels: Levels, context: Context) -> PatientTier:
    """Name the tier: one patient, two, or a contradiction that only a person resolves."""
    if not levels.compared:
        return PatientTier.UNKNOWN
    if levels.strong and (levels.contradictions or levels.supported):
        return _by_strong_identifier(levels)
    return _of_a_meeting(levels, context) if context.brought_together else _of_a_search(levels, context)


def _by_strong_identifier(levels: Levels) -> PatientTier:
    if levels.contradictions > 1:
        return PatientTier.CONFLICT
    return PatientTier.PROBABLE if levels.contradictions else PatientTier.SAME


def _of_a_search(levels: Levels, context: Context) -> PatientTier:
    total = levels.bits + context.prior_bits
    if levels.identifier is IdLevel.STRONG_CONFLICT and total > _CONFLICT_BITS:
        return PatientTier.CONFLICT
    if total >= _PROBABLE_BITS:
        return PatientTier.PROBABLE
    return PatientTier.POSSIBLE if total >= 0 else PatientTier.DIFFERENT


def _of_a_meeting(levels: Levels, context: Context) -> PatientTier:
    if levels.identifier in (IdLevel.STRONG_CONFLICT, IdLevel.ISSUER_DIFF):
        agrees = bits_of(levels.name) > 0 and bits_of(levels.birth_date) > 0
        return PatientTier.CONFLICT if agrees else PatientTier.DIFFERENT
    total = levels.bits + context.prior_bits
    if levels.another_name or levels.contradictions > 1 or (levels.contradictions and total < 0):
        return PatientTier.DIFFERENT
    if total >= _PROBABLE_BITS and not levels.contradictions:
        return PatientTier.PROBABLE
    outweighed = levels.bits > 0 and total >= 0
    return PatientTier.POSSIBLE if outweighed else PatientTier.UNKNOWN
