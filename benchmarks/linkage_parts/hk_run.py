"""The product's own comparison on HK-synth: blocking, comparing, and what came of every pair."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmarks.linkage_parts.hk_people import NameType
from benchmarks.linkage_parts.hk_synth import Population, identity
from benchmarks.linkage_parts.metrics import Scored
from pacs_dedup.domain.evidence import PatientTier
from pacs_dedup.domain.patients.comparison import compare_patients, surely_different
from pacs_dedup.domain.patients.identifiers import IdLevel, compare_ids
from pacs_dedup.domain.patients.identity import PatientIdentity
from pacs_dedup.domain.patients.keys import patient_keys
from pacs_dedup.domain.patients.name_frequencies import NameFrequencies
from pacs_dedup.domain.patients.names import name_keys
from pacs_dedup.domain.patients.tier import search_among

LARGEST_BUCKET = 2_000
"""A blocking key that more patients share is not looked up."""
LINKING = (PatientTier.SAME, PatientTier.PROBABLE, PatientTier.POSSIBLE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one candidate pair came to.

    Attributes:
        bits: with the prior; minus infinity where the cheap comparisons left no doubt, and where the product sees a
            contradiction, which it never links.
        comparable: both have an identifier of one scheme or issuer.
    """

    incoming: int
    place: int
    bits: float
    tier: PatientTier
    true: bool
    comparable: bool


@dataclass(frozen=True)
class Result:
    """Everything that came of one population."""

    population: Population
    outcomes: Sequence[Outcome]
    comparable_truths: int

    @cached_property
    def truths(self) -> int:
        """Incoming records of people in the index."""
        return sum(record.truth is not None for record in self.population.incoming)

    def scored(self, *, comparable: bool | None = None) -> Iterator[Scored]:
        """Yield the pairs for the metrics; only those with, or without, comparable identifiers if asked."""
        for outcome in self.outcomes:
            if comparable is None or outcome.comparable is comparable:
                yield Scored(outcome.bits, outcome.true)

    def tiers(self) -> dict[PatientTier, tuple[int, int]]:
        """Return for each tier how many of its pairs are one person, of how many."""
        counted = Counter((outcome.tier, outcome.true) for outcome in self.outcomes)
        return {tier: (counted[tier, True], counted[tier, True] + counted[tier, False]) for tier in PatientTier}

    def linked(self) -> set[tuple[int, int]]:
        """Return the pairs that a search would show: even odds or better."""
        return {(each.incoming, each.place) for each in self.outcomes if each.tier in LINKING}

    def by_name_type(self) -> dict[NameType, "Errors"]:
        """Return the errors for each way of spelling names."""
        return {kind: self._errors(kind=kind) for kind in NameType}

    def by_change(self) -> dict[str, "Errors"]:
        """Return the errors for each thing that happened to a name."""
        return {change: self._errors(change=change) for change in sorted({r.change for r in self.population.incoming})}

    def _errors(self, *, kind: NameType | None = None, change: str = "") -> "Errors":
        chosen = {
            n
            for n, record in enumerate(self.population.incoming)
            if (kind is None or record.name_type is kind) and change in ("", record.change)
        }
        known = {
            (n, self.population.incoming[n].truth) for n in chosen if self.population.incoming[n].truth is not None
        }
        shown = {pair for pair in self.linked() if pair[0] in chosen}
        return Errors(len(known), len(known - shown), len(chosen), len({n for n, _ in shown - known}))


@dataclass(frozen=True, slots=True)
class Errors:
    """Known people that were missed, and incoming records that were linked with a stranger."""

    known: int
    missed: int
    records: int
    mistaken: int


def run(population: Population) -> Result:
    """Read all headers, block, compare every candidate."""
    index = [identity(header) for header in population.index]
    incoming = [identity(record.header) for record in population.incoming]
    frequencies = count_names(index)
    buckets = block(index)
    outcomes = [
        outcome
        for n, (patient, record) in enumerate(zip(incoming, population.incoming, strict=True))
        for outcome in _compare_all(n, patient, record.truth, look_up(patient, buckets), index, frequencies)
    ]
    comparable = sum(
        record.truth is not None and compare_ids(patient.ids, index[record.truth].ids) is not IdLevel.NULL
        for patient, record in zip(incoming, population.incoming, strict=True)
    )
    return Result(population, outcomes, comparable)


def count_names(index: Sequence[PatientIdentity]) -> NameFrequencies:
    """Count names over the people of the index."""
    counts = Counter(key for patient in index for key in name_keys(patient.name))
    return NameFrequencies(len(index), counts)


def block(index: Sequence[PatientIdentity]) -> dict[str, list[int]]:
    """Return the places of the index by blocking key."""
    buckets: defaultdict[str, list[int]] = defaultdict(list)
    for place, patient in enumerate(index):
        for key in patient_keys(patient):
            buckets[key].append(place)
    return dict(buckets)


def look_up(patient: PatientIdentity, buckets: dict[str, list[int]]) -> list[int]:
    """Return the candidates for one patient, in a fixed order."""
    found = (buckets.get(key, []) for key in patient_keys(patient))
    return sorted({place for bucket in found if len(bucket) <= LARGEST_BUCKET for place in bucket})


def _compare_all(
    number: int,
    patient: PatientIdentity,
    truth: int | None,
    places: Sequence[int],
    index: Sequence[PatientIdentity],
    frequencies: NameFrequencies,
) -> Iterator[Outcome]:
    context = search_among(len(index))
    for place in places:
        prior, true = index[place], place == truth
        if surely_different(patient, prior, context):
            comparable = compare_ids(patient.ids, prior.ids) is not IdLevel.NULL
            yield Outcome(number, place, float("-inf"), PatientTier.DIFFERENT, true, comparable)
            continue
        found = compare_patients(patient, prior, context, frequencies)
        comparable = found.comparisons[0].level != IdLevel.NULL
        bits = float("-inf") if found.tier is PatientTier.CONFLICT else found.bits + context.prior_bits
        yield Outcome(number, place, bits, found.tier, true, comparable)
