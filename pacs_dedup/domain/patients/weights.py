"""What each finding about two patients weighs: m and u of every comparison level, and the bits that follow from them.

m is the share of pairs of one person that reach the level, u the share of pairs of two people; the match weight is
log2(m/u) bits, at most the level's cap. The values are starting points from the literature and from a synthetic
register of Hong Kong; a site replaces them by its own. What is missing has no m and u, and weighs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import inf, log2
from typing import Final

MODEL_NAME: Final = "hk-2026.1"


@dataclass(frozen=True, slots=True)
class Weight:
    """What one comparison level says about two records being one person's.

    Attributes:
        m: share of one person's pairs of records that reach the level.
        u: share of two people's pairs that do.
        cap: most that the level may add, bits; facts about a person depend on each other more than they seem to.
        common: how many people share the value counts too: a common name weighs less than the level.
    """

    m: float
    u: float
    cap: float = inf
    common: bool = False

    @property
    def bits(self) -> float:
        """Match weight, log2(m/u), at most the cap."""
        return min(log2(self.m / self.u), self.cap)


WEIGHTS: Final[Mapping[str, Weight]] = {
    "id_strong_exact": Weight(0.90, 1e-6, cap=20.0),
    "id_crossref": Weight(0.95, 2e-6),
    "id_issuer_exact": Weight(0.95, 2e-6),
    "id_strong_nocheck": Weight(0.05, 2e-7),
    "id_strong_typo": Weight(0.02, 8e-5),
    "id_string_exact": Weight(0.02, 3e-4),
    "id_issuer_diff": Weight(0.06, 0.99),
    "id_strong_conflict": Weight(0.002, 0.99),
    "han_exact": Weight(0.9, 1.2e-5, cap=16.0, common=True),
    "lat_exact": Weight(0.55, 7e-6, cap=14.0, common=True),
    "lat_reorder": Weight(0.30, 1.3e-5, cap=13.0, common=True),
    "xscript": Weight(0.93, 1.2e-4, cap=11.0),
    "lat_subset": Weight(0.06, 5e-5, common=True),
    "rom_cross": Weight(0.9, 3.5e-4, cap=10.0),
    "rom_variant": Weight(0.015, 3e-5),
    "typo": Weight(0.012, 2e-5, cap=8.9),
    "similar": Weight(0.005, 8e-5),
    "lat_initials": Weight(0.01, 6e-4),
    "syl_diff1": Weight(0.003, 1.7e-4, cap=4.0),
    "han_1diff": Weight(0.0005, 6e-5, cap=3.0),
    "han_conflict": Weight(1e-5, 4e-5),
    "family_only": Weight(0.005, 0.04),
    "diff": Weight(0.008, 0.95),
    "dob_exact": Weight(0.955, 5e-5),
    "dob_exact_default": Weight(0.955, 2e-3),
    "dob_swap": Weight(0.008, 1e-4),
    "dob_month": Weight(0.008, 1e-4),
    "dob_near": Weight(0.015, 1e-3),
    "dob_part": Weight(0.005, 2.8e-3),
    "dob_year": Weight(0.01, 1.3e-3),
    "dob_diff": Weight(0.004, 0.98),
    "sex_exact": Weight(0.995, 0.5),
    "sex_diff": Weight(0.005, 0.5),
}
"""By comparison level; a level that is not here (missing, not comparable) weighs nothing."""

COMMON_NAME_M: Final = 0.9
"""Share of one person's pairs that agree on a name that is counted."""
RAREST_NAME: Final = 1e-6
"""No name counts as rarer than this share of all patients: rarer ones are mostly typing errors."""

_BITS: Final[dict[str, float]] = {level: weight.bits for level, weight in WEIGHTS.items()}
_COMMON: Final = frozenset(level for level, weight in WEIGHTS.items() if weight.common)


def bits_of(level: str) -> float:
    """Return the match weight of a comparison level, bits; 0 for one that says nothing."""
    return _BITS.get(level, 0.0)


def common_name_bits(level: str, share: float) -> float:
    """Return what a name loses because many people have it; never positive.

    Args:
        level: the comparison level that the two names reached.
        share: of all patients, those who have the name, 0..1; 0 where nobody counted.
    """
    if level not in _COMMON or not share:
        return 0.0
    return min(0.0, log2(COMMON_NAME_M / max(share, RAREST_NAME)) - _BITS[level])


def _digest() -> str:
    lines = [f"{level} {w.m!r} {w.u!r} {w.cap!r} {w.common}" for level, w in sorted(WEIGHTS.items())]
    return sha256("\n".join([*lines, f"{COMMON_NAME_M!r} {RAREST_NAME!r}"]).encode()).hexdigest()[:16]


MODEL: Final = f"{MODEL_NAME}+{_digest()}"
"""Name of the weights and the first 16 digits of their SHA-256; kept with every comparison."""
