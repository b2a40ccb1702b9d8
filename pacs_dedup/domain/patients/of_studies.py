"""Is it the same patient, when the instances of one study need not agree among themselves?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from pacs_dedup.domain.evidence import Fact, PatientTier
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.patients.comparison import PatientEvidence, compare_patients
from pacs_dedup.domain.patients.identity import PatientIdentity
from pacs_dedup.domain.patients.name_frequencies import UNCOUNTED, NameFrequencies
from pacs_dedup.domain.patients.names import CONTRADICTING
from pacs_dedup.domain.patients.tier import PIXELS_EQUAL, STUDIES

_EACH_WITH_EACH = 20
_FEW = 3
_GRAVITY = {
    PatientTier.SAME: 0,
    PatientTier.PROBABLE: 1,
    PatientTier.UNKNOWN: 2,
    PatientTier.POSSIBLE: 3,
    PatientTier.DIFFERENT: 5,
    PatientTier.CONFLICT: 6,
}
_UNKNOWN_AND_AGAINST = 4
"""Of a patient who is not known, but whose header speaks against one person rather than for it."""


def compare_study_patients(
    incoming: Sequence[InstanceFingerprint],
    prior: Sequence[InstanceFingerprint],
    *,
    pixels_equal: bool,
    frequencies: NameFrequencies = UNCOUNTED,
) -> PatientEvidence:
    """Compare the patients of two studies; one instance of another patient is enough to speak for its study.

    So is one that names nobody: it may be anybody's. In which order instances and studies came does not matter.

    Every identity is compared with every identity of the other study, for the most frequent one may name nobody. Beyond
    `_EACH_WITH_EACH` of a study, which only a collection of many people has, with the most frequent ones alone.

    Args:
        incoming: instances of one study.
        prior: instances of the other.
        pixels_equal: the two have equal pixels or SOP Instance UIDs, so that only what conflicts is looked for.
        frequencies: how common names are among the patients that are known.
    """
    left, right = _identities(incoming), _identities(prior)
    n = _EACH_WITH_EACH
    pairs = [*product(left[:n], right[:n]), *product(left[n:], right[:_FEW]), *product(left[:_FEW], right[n:])]
    context = PIXELS_EQUAL if pixels_equal else STUDIES
    found = [compare_patients(a, b, context, frequencies) for a, b in pairs]
    gravest = max(found, key=_gravity)
    return replace(gravest, vetoes=tuple(sorted({veto for evidence in found for veto in evidence.vetoes})))


def _gravity(evidence: PatientEvidence) -> tuple[int, bool, float]:
    """Order by tier; within one another name goes first, then what speaks least for one person."""
    against = evidence.tier is PatientTier.UNKNOWN and evidence.bits < 0
    gravity = _UNKNOWN_AND_AGAINST if against else _GRAVITY[evidence.tier]
    another_name = any(c.fact is Fact.PATIENT_NAME and c.level in CONTRADICTING for c in evidence.comparisons)
    return gravity, another_name, -evidence.bits


def _identities(instances: Sequence[InstanceFingerprint]) -> list[PatientIdentity]:
    """Every identity that instances name, the most frequent first; nobody where there is no instance."""
    counted = Counter(instance.patient for instance in instances)
    return sorted(counted, key=lambda identity: (-counted[identity], repr(identity))) or [PatientIdentity()]
