"""How common a name is: counted over different patients, never over studies."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_MIN_PATIENTS: Final = 1_000
"""Fewer patients than this tell nothing about how common a name is."""


@dataclass(frozen=True, slots=True)
class NameFrequencies:
    """How many different patients have each name.

    Counting studies instead would make a name common because one patient comes often.

    Attributes:
        patients: how many different patients were counted in all.
        counts: how many of them have each name, by `pacs_dedup.domain.patients.names.name_keys`.
    """

    patients: int = 0
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def share(self, keys: Collection[str]) -> float:
        """Return the share of other patients who have the rarest of these names, 0..1; 0 where too few were counted.

        Args:
            keys: forms of one name; who has it has all of them.
        """
        if self.patients < _MIN_PATIENTS or not keys:
            return 0.0
        # One of those who have the name is the very patient it is looked up for.
        return max(0, min(self.counts.get(key, 0) for key in keys) - 1) / self.patients


UNCOUNTED: Final = NameFrequencies()
"""Nobody counted: every name weighs what its level says."""
