"""Pairs of studies that are not copies, however alike they look."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from benchmarks.simulator.admission import study_of
from benchmarks.simulator.model import Seed, Study

Builder = Callable[[], Study]

NOT_COPIES = frozenset(
    {
        "distinct",
        "repeat_acquisition",
        "other_reconstruction",
        "continued",
        "derived",
        "uninformative_match",
        "undecided",
    }
)
"""What may be said of two studies that share no image."""


@dataclass(frozen=True, slots=True)
class NegativePair:
    """Two studies and what may be said of them.

    Attributes:
        kind: the sort of negative: ``neighbour_slices``, ``repeat``, ``other_people`` ...
        name: unique.
        subject_a, subject_b: for the bootstrap by cluster.
        build_a, build_b: make the studies; lazily, for there are many.
        expected: acceptable relations of b (incoming) to a (prior).
        alert_required: a person must be told.
        hold_allowed: holding b back is right.
        same_patient: both studies name one patient.
        synthetic: a study was computed rather than found.
    """

    kind: str
    name: str
    subject_a: str
    subject_b: str
    build_a: Builder
    build_b: Builder
    expected: frozenset[str] = NOT_COPIES
    alert_required: bool = False
    hold_allowed: bool = False
    same_patient: bool = False
    synthetic: bool = False


def negatives(seeds: tuple[Seed, ...], limit: int | None = None) -> Iterable[NegativePair]:
    """Enumerate pairs in a fixed order, at most ``limit`` of a kind."""
    yield from islice(_other_people(seeds), limit)


def _other_people(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    for i, a in enumerate(seeds):
        for b in seeds[i + 1 :]:
            if a.subject != b.subject:
                yield NegativePair(
                    "other_people",
                    f"other_people {a.name} {b.name}",
                    a.subject,
                    b.subject,
                    lambda a=a: study_of(a),
                    lambda b=b: study_of(b),
                )
