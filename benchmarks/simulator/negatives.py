"""Pairs of studies that are not copies, however alike they look, and those that must raise an alarm."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256

from benchmarks.simulator.model import Seed
from benchmarks.simulator.negative_acquisitions import (
    real_reconstructions,
    synthetic_reconstructions,
    synthetic_repeats,
)
from benchmarks.simulator.negative_conflicts import conflicting_uids, other_pixels, painted_discs
from benchmarks.simulator.negative_model import NOT_COPIES, NegativePair
from benchmarks.simulator.negative_patients import (
    misfiled,
    namesakes,
    new_reports,
    other_people,
    shared_pages,
    split_procedures,
)
from benchmarks.simulator.negative_repeats import neighbours, repeated_series, repeated_slices, same_patient
from benchmarks.simulator.negative_studies import replaced_series

__all__ = ["NOT_COPIES", "NegativePair", "negatives"]

_SOURCES: tuple[Callable[[tuple[Seed, ...]], Iterator[NegativePair]], ...] = (
    neighbours,
    repeated_series,
    repeated_slices,
    same_patient,
    real_reconstructions,
    synthetic_reconstructions,
    synthetic_repeats,
    other_people,
    namesakes,
    misfiled,
    conflicting_uids,
    other_pixels,
    painted_discs,
    replaced_series,
    shared_pages,
    split_procedures,
    new_reports,
)


def negatives(seeds: tuple[Seed, ...], limit: int | None = None) -> Iterable[NegativePair]:
    """Enumerate pairs, kind by kind, in an order that a hash of their names gives.

    Args:
        limit: at most so many of each kind; the order makes these an even sample over subjects.
    """
    kinds: dict[str, list[NegativePair]] = defaultdict(list)
    for source in _SOURCES:
        for found in source(seeds):
            kinds[found.kind].append(found)
    for members in kinds.values():
        members.sort(key=lambda found: sha256(found.name.encode()).digest())
        yield from members[:limit]
