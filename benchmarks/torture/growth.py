"""Whether a process takes more and more of the machine while it lives."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.torture.checker import Kind, Violation
from benchmarks.torture.service import Usage

_WARM_S = 20.0  # younger processes are still importing and filling their pools
MOST_DESCRIPTORS, MOST_THREADS, MOST_MB = 40, 30, 200.0
"""How much more than at its first measurement a process may have when nothing is going on."""


@dataclass(slots=True)
class Growth:
    """Remembers what every process had when it was first seen at rest."""

    first: dict[int, Usage] = field(default_factory=dict)

    def check(self, usage: Iterable[Usage]) -> list[Violation]:
        """Return a violation for every process that has grown by too much."""
        found = []
        for now in usage:
            if now.age_s < _WARM_S:
                continue
            then = self.first.setdefault(now.pid, now)
            if _has_grown(then, now):
                was = f"{then.descriptors} descriptors, {then.threads} threads, {then.resident_mb:.0f} MB"
                has = f"{now.descriptors}, {now.threads}, {now.resident_mb:.0f} MB"
                found.append(Violation(Kind.LEAKED, f"{now.role}: had {was}, has {has} after {now.age_s:.0f} s"))
        return found


def _has_grown(then: Usage, now: Usage) -> bool:
    return (
        now.descriptors > then.descriptors + MOST_DESCRIPTORS
        or now.threads > then.threads + MOST_THREADS
        or now.resident_mb > then.resident_mb + MOST_MB
    )
